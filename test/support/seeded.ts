/**
 * The everyday tests draw the same random inputs each time, so that one that fails fails again; the long ones (`npm run soak`)
 * draw new ones. `NIGARI_SEED=NUMBER npm test` tries others.
 */
import process from 'node:process';
import fc from 'fast-check';

const EVERYDAY = 20_261_128;

fc.configureGlobal({ seed: Number(process.env['NIGARI_SEED'] ?? EVERYDAY) });
