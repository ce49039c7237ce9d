/** Where sops would look for a key in vain that nigari finds. */
import type { Problem } from '../../problem.ts';
import type { Identity } from './age.ts';

/**
 * Keys that were named on purpose, by a variable, and do not open a file that the project's own key opens: nigari tries
 * all of them, sops only those that it knows of.
 * @param recipients for whom the file is sealed
 * @returns nothing where sops would open it too, or where no variable names a key
 */
export function disagreement(recipients: readonly string[], identities: readonly Identity[]): readonly Problem[] {
  const [opening, ...others] = identities.filter(({ recipient }) => recipients.includes(recipient));
  const named = identities.filter(({ source }) => source.startsWith('$'));
  const isHidden = opening?.unknownToSops === true && others.every(({ unknownToSops }) => unknownToSops);
  if (opening === undefined || !isHidden || named.length === 0) return [];
  const opened = `${opening.source} (${opening.recipient}) opens what is sealed here`;
  const tried = named.map(({ source, recipient }) => `${source} (${recipient})`).join(' and ');
  return [
    {
      code: 'age-keys-disagree',
      severity: 'warning',
      message: `${opened}, ${tried} ${named.length > 1 ? 'do' : 'does'} not: sops would not find the one that does`,
      hint: `for sops: SOPS_AGE_KEY_FILE=./${opening.source}`,
    },
  ];
}
