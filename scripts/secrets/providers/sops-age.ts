/** Secrets in a file of the user's that is sealed with SOPS for age keys. */
import { checked, type Checked } from '../../problem.ts';
import type { SecretProvider } from '../provider.ts';
import type { Reading } from '../yaml/read.ts';
import { leafNames, leafText } from './leaves.ts';

/** @param read opens the file with the keys at hand */
export function sopsAgeProvider(file: string, read: () => Promise<Checked<Reading>>): SecretProvider {
  return {
    describe: () => file,
    list: async () => {
      const reading = await read();
      return reading.ok ? checked(leafNames(reading.value)) : reading;
    },
    get: async (name) => {
      const reading = await read();
      return reading.ok
        ? leafText(reading.value, name, file, `store it: nigari secrets set ${name} --file ${file}`)
        : reading;
    },
  };
}
