/** Values and sources in words, on one line each. */
import { visible } from '../report/visible.ts';
import type { Explanation, Source } from './explanation.ts';

/**
 * A value as text: a string without quotes where nobody can take it for something else, everything else as JSON.
 * Control characters come out as escapes.
 */
export function valueText(value: unknown): string {
  if (typeof value === 'string' && isPlain(value)) return value;
  return visible(JSON.stringify(value));
}

/** Texts that YAML or a person would read as another type, or that need quotes to be seen whole. */
function isPlain(text: string): boolean {
  return /^[^\s\p{C}"'`[\]{},#]([^\p{C}\p{Zl}\p{Zp}"]*[^\s\p{C}])?$/u.test(text) && !isJson(text);
}

function isJson(text: string): boolean {
  return /^(null|true|false|-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?)$/.test(text);
}

/** `cluster.yaml:31:5 proxmox_vm_defaults.memory`, `built-in default proxmox_vm_defaults.memory`, `nowhere: not set`. */
function sourceText(source: Exclude<Source, { from: 'computed' }>): string {
  if (source.from === 'written') return `${placeText(source)} ${source.key}`;
  return source.value === null ? 'nowhere: it is not set' : `built-in default ${source.key}`;
}

/** `cluster.yaml:31:5` */
export function placeText({ file, line, column }: Extract<Source, { from: 'written' }>): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

/**
 * All about one value, for people:
 *
 *     nodes.cp-1.vm_memory = 16384
 *       from      cluster.yaml:31:5 proxmox_vm_controller_defaults.memory
 *       overrode  built-in default proxmox_vm_controller_defaults.memory = 8192
 */
export function storyText(explanation: Explanation): string {
  const { name, value, source, overrode } = explanation;
  return [
    `${name} = ${valueText(value)}`,
    ...originLines(explanation, source),
    ...overrode.flatMap((beaten, index) => labelled(index === 0 ? 'overrode' : '', beatenLines(beaten))),
  ].join('\n');
}

const LABEL = 'overrode'.length;

function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(LABEL)}  ${line}`);
}

function originLines({ value }: Explanation, source: Source): readonly string[] {
  if (source.from === 'computed') return labelled('computed', ['from', ...source.of.flatMap(inputLines)]);
  return labelled('from', [`${sourceText(source)}${otherForm(source, value)}`]);
}

/** What is written is told again only where the value has another form in the end. */
function otherForm(source: Source, value: unknown): string {
  const isSame = source.from !== 'written' || JSON.stringify(source.value) === JSON.stringify(value);
  return isSame ? '' : `, written ${valueText(source.value)}`;
}

function beatenLines(source: Source): readonly string[] {
  const told = valueText(source.value);
  if (source.from === 'computed') return [`${told}, computed from`, ...source.of.flatMap(inputLines)];
  return [`${sourceText(source)} = ${told}`];
}

/** One of the values that another was computed from, indented, with its own source behind or below it. */
function inputLines({ name, path, value, source }: Explanation): readonly string[] {
  const line = `  ${name} = ${valueText(value)}, `;
  if (source.from === 'computed') {
    return [`${line}computed from`, ...source.of.flatMap(inputLines).map((inner) => `  ${inner}`)];
  }
  if (source.from === 'built-in') return [`${line}${source.value === null ? 'not set' : 'built-in default'}`];
  const isOwn = [name, path].includes(source.key);
  return [`${line}${isOwn ? placeText(source) : sourceText(source)}${otherForm(source, value)}`];
}
