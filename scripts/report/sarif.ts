/**
 * Problems as a log of the Static Analysis Results Interchange Format, for code scanning.
 * SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
 */
import { createHash } from 'node:crypto';
import { hasErrors, type Problem, type Severity } from '../problem.ts';
import { ruleUrl, uriEncoded } from './rule-url.ts';
import { spanOf, type Span } from './span.ts';

export interface SarifOptions {
  /** Of nigari. */
  readonly version: string;
  /** Of the project below the repository's root: '', or with `/` between its parts. */
  readonly folder: string;
  /** What goes wrong otherwise, in a sentence; null for a code that has no rule of its own. */
  readonly why: (code: string) => string | null;
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const LEVELS = { error: 'error', warning: 'warning', note: 'note' } as const satisfies Record<Severity, string>;

/**
 * A log with one run. What is wrong with no file in particular is a notification of the run, not a result: GitHub
 * refuses a whole log for one result without a place.
 * @returns JSON, without a line break at its end
 */
export function problemsSarif(problems: readonly Problem[], options: SarifOptions): string {
  const [placed, homeless] = [problems.filter(({ file }) => file), problems.filter(({ file }) => !file)];
  const fingerprints = fingerprintsOf(placed);
  const [rules, notifications] = [codesOf(placed), codesOf(homeless)];
  const describe = (code: string) => descriptor(code, options);
  const driver = {
    name: 'nigari',
    version: options.version,
    rules: rules.map(describe),
    notifications: notifications.map(describe),
  };
  const run = {
    tool: { driver },
    // As the positions of problems count.
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: !hasErrors(homeless),
        toolExecutionNotifications: homeless.map((problem) => notification(problem, notifications)),
      },
    ],
    results: placed.map((problem, index) => result(problem, rules, fingerprints[index] ?? '', options)),
  };
  return JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2);
}

const codesOf = (problems: readonly Problem[]): readonly string[] =>
  [...new Set(problems.map(({ code }) => code))].toSorted();

function descriptor(code: string, { why }: SarifOptions) {
  const help = [why(code), `See ${ruleUrl(code)}.`].filter((text) => text !== null).join('\n\n');
  return { id: code, shortDescription: { text: code.replaceAll('-', ' ') }, help: { text: help, markdown: help } };
}

function result(problem: Problem, rules: readonly string[], fingerprint: string, { folder }: SarifOptions) {
  const { code, severity, file = '', path } = problem;
  const parts = [...folder.split('/'), ...file.split('/')].filter((part) => part !== '');
  const artifactLocation = { uri: parts.map(uriEncoded).join('/'), uriBaseId: '%SRCROOT%' };
  return {
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level: LEVELS[severity],
    message: { text: words(problem) },
    locations: [
      {
        physicalLocation: { artifactLocation, region: region(spanOf(problem)) },
        ...(path && { logicalLocations: [{ fullyQualifiedName: path }] }),
      },
    ],
    partialFingerprints: { 'problem/v1': fingerprint },
  };
}

/** GitHub wants a line also for what is wrong with a file as a whole. */
function region(span: Span | null) {
  if (span === null) return { startLine: 1 };
  const { line, column, endLine, endColumn } = span;
  return {
    startLine: line,
    ...(column !== null && { startColumn: column }),
    endLine,
    ...(endColumn !== null && { endColumn }),
  };
}

function notification(problem: Problem, codes: readonly string[]) {
  const { code, severity } = problem;
  return {
    descriptor: { id: code, index: codes.indexOf(code) },
    level: LEVELS[severity],
    message: { text: words(problem) },
  };
}

const words = ({ message, hint }: Problem): string => (hint === undefined ? message : `${message}\nhint: ${hint}`);

/**
 * One for each problem: the same again after lines moved and words of the message changed, as long as the value keeps
 * its path. Those that have nothing else to tell them apart are counted.
 */
function fingerprintsOf(problems: readonly Problem[]): readonly string[] {
  const seen = new Map<string, number>();
  return problems.map(({ code, file, path, message }) => {
    const identity = JSON.stringify([code, file, path || message]);
    const count = (seen.get(identity) ?? 0) + 1;
    seen.set(identity, count);
    return createHash('sha256').update(`${identity}\n${count}`).digest('hex').slice(0, 32);
  });
}
