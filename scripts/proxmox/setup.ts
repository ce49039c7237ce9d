/**
 * The commands that make a user, its token, and roles with just what is needed. Source: pveum(1),
 * https://pve.proxmox.com/pve-docs/pveum.1.html
 */
import { NEEDED, pathOf, PLACES, type Lack, type Place, type Places } from './privileges.ts';

export interface SetupNames {
  /** `nigari@pve` */
  readonly user: string;
  /** `tofu` */
  readonly token: string;
  /** Each role is called this and its place: `NigariMachines`. */
  readonly role: string;
}

export const SETUP_NAMES: SetupNames = { user: 'nigari@pve', token: 'tofu', role: 'Nigari' };

export interface SetupStep {
  readonly why: string;
  readonly commands: readonly string[];
}

/** To be run as root on a host of Proxmox VE 8 or 9, in this order. */
export function setupSteps(places: Places, names: SetupNames): readonly SetupStep[] {
  const { user, token } = names;
  return [
    {
      why: 'Roles with the least privileges that OpenTofu needs. Where one exists: `role modify` in place of `role add`.',
      commands: PLACES.map(
        (place) => `pveum role add ${roleOf(place, names)} --privs ${Object.keys(NEEDED[place]).join(',')}`,
      ),
    },
    {
      why: 'A user who can do nothing but that. It has no password: it is only there for its token.',
      commands: [`pveum user add ${quoted(user)} --comment nigari`],
    },
    {
      why: 'Where it may do so, and nowhere else.',
      commands: PLACES.map((place) => aclLine(pathOf[place](places), user, roleOf(place, names), place)),
    },
    {
      why: 'The token, with the rights of its user. Its secret is shown once.',
      commands: [`pveum user token add ${quoted(user)} ${quoted(token)} --privsep 0`],
    },
  ];
}

/** The line that gives what a token lacks, where the roles are those of above; USER is whose token it is. */
export function grantLine({ place, path, privileges }: Lack): string {
  const role = roleOf(place, SETUP_NAMES);
  const isAll = privileges.length === Object.keys(NEEDED[place]).length;
  // One more role at a path takes the place of none; a role that is there already wants only what it lacks.
  return isAll
    ? aclLine(path, 'USER', role, place)
    : `pveum role modify ${role} --append --privs ${privileges.join(',')}`;
}

/** Rights at the root stay there: below it everything has its own. */
function aclLine(path: string, user: string, role: string, place: Place): string {
  const own = place === 'host' ? ' --propagate 0' : '';
  return `pveum acl modify ${quoted(path)} --users ${quoted(user)} --roles ${role}${own}`;
}

const roleOf = (place: Place, { role }: SetupNames): string =>
  `${role}${place.charAt(0).toUpperCase()}${place.slice(1)}`;

/** For a POSIX shell, where it needs that. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
