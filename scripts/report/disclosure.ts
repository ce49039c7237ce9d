/**
 * Which lines may be shown to whoever looks over a shoulder or reads a log: none that holds a secret's value, nor one
 * that could. In doubt, a line is not shown.
 */
import { CLUSTER_FILE, NODES_FILE } from '../config/rules/rule.ts';
import { isTelltale } from './secret-names.ts';
import { secretsIn } from './secret-places.ts';

/** Texts of files, by their path in the project. */
export type Sources = ReadonlyMap<string, string>;

/** A password in a URL, a private key: nowhere to be shown. */
const NAKED = /:\/\/[^\s/]*@|AGE-SECRET-KEY-|PRIVATE KEY/i;

/**
 * @param sources besides the files in question the input files, where there are any: they say what is a secret
 * @returns whether a line, counted from 1, of one of these files may be shown
 */
export function disclosure(sources: Sources): (file: string, line: number) => boolean {
  const lines = new Map([...sources].map(([file, text]) => [file, text.split('\n')]));
  const readings = new Map([CLUSTER_FILE, NODES_FILE].map((file) => [file, secretsIn(sources.get(file) ?? '')]));
  const values = [...readings.values()].flatMap((reading) => reading.values);
  const isComplete = readings.get(CLUSTER_FILE)?.complete === true;
  return (file, line) => {
    const text = lines.get(file)?.[line - 1];
    if (text === undefined || NAKED.test(text) || values.some((value) => text.includes(value))) return false;
    // A secret that could not be read may be repeated in any other file.
    if (!isComplete && file !== CLUSTER_FILE) return false;
    const reading = readings.get(file);
    return reading === undefined || (!isTelltale(text) && !reading.isSecret(line));
  };
}
