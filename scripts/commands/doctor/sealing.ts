/** What `doctor` says of keys and of the rule that secrets are sealed by. */
import type { Checked, Problem } from '../../problem.ts';
import type { Identity } from '../../secrets/age/age.ts';
import { disagreement } from '../../secrets/age/disagreement.ts';
import { ruleFor } from '../../secrets/rules/rules.ts';
import type { KeysFound } from '../../system/identities.ts';
import { loadSopsConfig } from '../../system/inputs.ts';
import type { Context } from '../context.ts';
import { ok, type Row } from './row.ts';
import { lookForKeys } from '../keys.ts';
import { KEY_FILE, SECRETS_FILE, SOPS_CONFIG } from '../init/survey.ts';

/** The keys at hand, and whether one of them opens what is sealed here. */
export async function sealing(context: Context): Promise<readonly Row[]> {
  const { root } = context;
  const found = await lookForKeys(context);
  const held = found.ok ? found.value : NONE;
  const recipients = await recipientsFor(root, held.identities);
  const places = found.problems.map((problem) => rowOf('age key', problem));
  if (!recipients.ok) return [...places, ...recipients.problems.map((problem) => rowOf(SOPS_CONFIG, problem))];
  const keys = found.ok ? keyRows(held, recipients.value) : [];
  const rivals = disagreement(recipients.value, held.identities).map((problem) => rowOf('age key', problem));
  return [...places, ...keys, ...rivals, ...(recipients.value.length > 1 ? [] : [singleRecipient])];
}

const NONE: KeysFound = { identities: [], locked: [] };

/** Whom `configure` would seal for. */
async function recipientsFor(root: string, identities: readonly Identity[]): Promise<Checked<readonly string[]>> {
  const config = await loadSopsConfig(root);
  if (!config.ok) return config;
  const held = identities.map(({ recipient }) => recipient);
  const rule = ruleFor(SECRETS_FILE, config.value, held);
  return rule.ok ? { ...rule, value: rule.value.recipients } : rule;
}

function rowOf(name: string, { severity, message, hint, line }: Problem): Row {
  const remedy = hint === undefined ? {} : { remedy: hint };
  const found = line === undefined ? message : `line ${line}: ${message}`;
  return { name, status: severity === 'error' ? 'fail' : 'warning', found, ...remedy };
}

/** Whose a locked key is, is known only when it is opened: for this nobody is asked. */
function keyRows({ identities, locked }: KeysFound, wanted: readonly string[]): readonly Row[] {
  const fitting = identities.find(({ recipient }) => wanted.includes(recipient));
  const open = fitting ? [ok('age key', `${fitting.recipient}, from ${fitting.source}`)] : [];
  const rows = [...open, ...locked.map(({ source }) => ok('age key', `${source}, protected by a passphrase`))];
  return rows.length > 0 ? rows : [noKey(wanted)];
}

const noKey = (wanted: readonly string[]): Row => ({
  name: 'age key',
  status: 'warning',
  found: 'none at hand opens what is sealed here',
  remedy: `put the key of one of these into ${KEY_FILE}: ${wanted.join(', ')}`,
});

const singleRecipient: Row = {
  name: 'recipients',
  status: 'warning',
  found: 'there is only one: when its key is lost, so are the secrets',
  remedy: '`nigari secrets recipients add age1…` adds a second one, e.g. a key kept offline',
};
