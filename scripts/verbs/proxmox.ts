/** `nigari proxmox …` */
import { SETUP_NAMES } from '../proxmox/setup.ts';
import { JSON_OPTION, type VerbGroup } from './verb.ts';

export const PROXMOX: VerbGroup = {
  name: 'proxmox',
  summary: 'prepare Proxmox VE',
  description: 'What is to be done once in Proxmox VE, by its administrator.',
  verbs: [
    {
      name: 'setup',
      summary: 'print the commands that make a user and a token with just the rights that nigari needs',
      options: [
        ['--user <user>', `name of the user (default: ${SETUP_NAMES.user})`],
        ['--token <name>', `name of its token (default: ${SETUP_NAMES.token})`],
        ['--role <prefix>', `what the names of the roles begin with (default: ${SETUP_NAMES.role})`],
        JSON_OPTION,
      ],
      prints: true,
      more: 'For Proxmox VE 8 and 9; to be run as root on one of its hosts. Nothing is sent\nanywhere.\n\nExamples:\n  nigari proxmox setup\n  nigari proxmox setup | ssh root@pve',
      run: async (context, { user, token, role }) =>
        (await import('../commands/proxmox-setup.ts')).proxmoxSetup(context, {
          user: user ?? SETUP_NAMES.user,
          token: token ?? SETUP_NAMES.token,
          role: role ?? SETUP_NAMES.role,
        }),
    },
  ],
};
