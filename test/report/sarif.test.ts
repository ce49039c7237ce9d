import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasErrors, type Problem } from '../../scripts/problem.ts';
import { problemsSarif, type SarifOptions } from '../../scripts/report/sarif.ts';
import { anyProblems } from '../support/problems.ts';
import { sarifSchema } from './sarif-schema.ts';

const OPTIONS: SarifOptions = { version: '1.2.3', folder: '', why: () => null };

const PROBLEM: Problem = {
  code: 'cidr-host-bits',
  severity: 'error',
  message: 'node_cidr has host bits set: 10.0.0.5/24',
  hint: 'did you mean 10.0.0.0/24?',
  file: 'cluster.yaml',
  line: 14,
  column: 12,
  endLine: 14,
  endColumn: 23,
  path: 'node_cidr',
};

const MISSING: Problem = {
  code: 'input-missing',
  severity: 'error',
  message: 'there is no nodes.yaml',
  file: 'nodes.yaml',
};
const HOMELESS: Problem = { code: 'templates-missing', severity: 'warning', message: 'they are gone' };

/** What this test reads of a log. */
interface Log {
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: Readonly<Record<'rules' | 'notifications', readonly { readonly id: string }[]>>;
      };
      readonly invocations: readonly [
        {
          readonly executionSuccessful: boolean;
          readonly toolExecutionNotifications: readonly (Said & {
            readonly descriptor: { readonly id: string; readonly index: number };
          })[];
        },
      ];
      readonly results: readonly (Said & {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly locations: readonly [
          {
            readonly physicalLocation: {
              readonly artifactLocation: { readonly uri: string };
              readonly region: Readonly<Record<string, number>>;
            };
          },
        ];
        readonly partialFingerprints: Readonly<Record<string, string>>;
      })[];
    },
  ];
}

interface Said {
  readonly level: string;
  readonly message: { readonly text: string };
}

function run(problems: readonly Problem[], options: Partial<SarifOptions> = {}): Log['runs'][0] {
  return (JSON.parse(problemsSarif(problems, { ...OPTIONS, ...options })) as Log).runs[0];
}

const uris = (problems: readonly Problem[], folder = ''): string[] =>
  run(problems, { folder }).results.map(
    ({ locations: [{ physicalLocation }] }) => physicalLocation.artifactLocation.uri,
  );

const fingerprints = (problems: readonly Problem[]): string[] =>
  run(problems).results.map(({ partialFingerprints }) => partialFingerprints['problem/v1'] ?? '');

describe('problemsSarif', () => {
  test('a log', () => {
    const why = (code: string): string | null => (code === 'cidr-host-bits' ? 'Routers drop it.' : null);
    expect(problemsSarif([PROBLEM, MISSING, HOMELESS], { ...OPTIONS, why })).toMatchInlineSnapshot(`
      "{
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
          {
            "tool": {
              "driver": {
                "name": "nigari",
                "version": "1.2.3",
                "rules": [
                  {
                    "id": "cidr-host-bits",
                    "shortDescription": {
                      "text": "cidr host bits"
                    },
                    "help": {
                      "text": "Routers drop it.\\n\\nSee docs/rules.md#cidr-host-bits.",
                      "markdown": "Routers drop it.\\n\\nSee docs/rules.md#cidr-host-bits."
                    }
                  },
                  {
                    "id": "input-missing",
                    "shortDescription": {
                      "text": "input missing"
                    },
                    "help": {
                      "text": "See docs/rules.md#input-missing.",
                      "markdown": "See docs/rules.md#input-missing."
                    }
                  }
                ],
                "notifications": [
                  {
                    "id": "templates-missing",
                    "shortDescription": {
                      "text": "templates missing"
                    },
                    "help": {
                      "text": "See docs/rules.md#templates-missing.",
                      "markdown": "See docs/rules.md#templates-missing."
                    }
                  }
                ]
              }
            },
            "columnKind": "utf16CodeUnits",
            "invocations": [
              {
                "executionSuccessful": true,
                "toolExecutionNotifications": [
                  {
                    "descriptor": {
                      "id": "templates-missing",
                      "index": 0
                    },
                    "level": "warning",
                    "message": {
                      "text": "they are gone"
                    }
                  }
                ]
              }
            ],
            "results": [
              {
                "ruleId": "cidr-host-bits",
                "ruleIndex": 0,
                "level": "error",
                "message": {
                  "text": "node_cidr has host bits set: 10.0.0.5/24\\nhint: did you mean 10.0.0.0/24?"
                },
                "locations": [
                  {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "cluster.yaml",
                        "uriBaseId": "%SRCROOT%"
                      },
                      "region": {
                        "startLine": 14,
                        "startColumn": 12,
                        "endLine": 14,
                        "endColumn": 23
                      }
                    },
                    "logicalLocations": [
                      {
                        "fullyQualifiedName": "node_cidr"
                      }
                    ]
                  }
                ],
                "partialFingerprints": {
                  "problem/v1": "370f156aa586a2ef697654b2b29760c1"
                }
              },
              {
                "ruleId": "input-missing",
                "ruleIndex": 1,
                "level": "error",
                "message": {
                  "text": "there is no nodes.yaml"
                },
                "locations": [
                  {
                    "physicalLocation": {
                      "artifactLocation": {
                        "uri": "nodes.yaml",
                        "uriBaseId": "%SRCROOT%"
                      },
                      "region": {
                        "startLine": 1
                      }
                    }
                  }
                ],
                "partialFingerprints": {
                  "problem/v1": "45be867e2ba5e574eed402f3d33f91db"
                }
              }
            ]
          }
        ]
      }"
    `);
  });

  test('a rule is listed once, in the order of the alphabet', () => {
    const { tool, results } = run([MISSING, PROBLEM, { ...MISSING, file: 'cluster.yaml' }]);
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(['cidr-host-bits', 'input-missing']);
    expect(results.map(({ ruleIndex }) => ruleIndex)).toEqual([1, 0, 1]);
  });

  test('addresses of files are percent-encoded, and start at the root of the repository', () => {
    const file = 'templates/a b/ü#?%[1].tf.njk';
    expect(uris([{ ...PROBLEM, file }])).toEqual(['templates/a%20b/%C3%BC%23%3F%25%5B1%5D.tf.njk']);
    expect(uris([PROBLEM], 'clusters/my home')).toEqual(['clusters/my%20home/cluster.yaml']);
  });

  test('a fingerprint stays when lines move and words change, and differs between findings', () => {
    const [one] = fingerprints([PROBLEM]);
    expect(fingerprints([{ ...PROBLEM, line: 99, endLine: 99, message: 'other words' }])).toEqual([one]);
    const others = [
      { ...PROBLEM, path: 'cluster_pod_cidr' },
      { ...PROBLEM, file: 'nodes.yaml' },
      { ...PROBLEM, code: 'x' },
      PROBLEM,
      { ...MISSING, message: 'a' },
      { ...MISSING, message: 'b' },
    ];
    expect(new Set(fingerprints([PROBLEM, ...others])).size).toBe(others.length + 1);
  });

  test('errors without a file are a failed run, others are not', () => {
    const successful = (problems: readonly Problem[]) => run(problems).invocations[0].executionSuccessful;
    expect(successful([PROBLEM, HOMELESS])).toBe(true);
    expect(successful([{ ...HOMELESS, severity: 'error' }])).toBe(false);
  });

  test('no problems are a log without results', () => {
    const { results, tool } = run([]);
    expect([results, tool.driver.rules]).toEqual([[], []]);
  });
});

describe('whatever the problems say', () => {
  test('each comes out once, in its order, at a place that SARIF allows (3.30)', () => {
    fc.assert(
      fc.property(anyProblems(), (problems) => {
        const { results, tool, invocations } = run(problems);
        const [homed, homeless] = [problems.filter(({ file }) => file), problems.filter(({ file }) => !file)];
        expect(results.map(said)).toEqual(homed.map(wanted));
        expect(invocations[0].toolExecutionNotifications.map(said)).toEqual(homeless.map(wanted));
        expect(invocations[0].executionSuccessful).toBe(!hasErrors(homeless));
        for (const { descriptor } of invocations[0].toolExecutionNotifications)
          expect(tool.driver.notifications[descriptor.index]?.id).toBe(descriptor.id);
        for (const { ruleId, ruleIndex, locations } of results) {
          expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
          const { artifactLocation, region } = locations[0].physicalLocation;
          expect(artifactLocation.uri).toMatch(/^(?:[\w.~!*'()-]|%[0-9A-F]{2}|\/(?!\/))*$/);
          expectRegion(region);
        }
        expect(new Set(fingerprints(problems)).size).toBe(results.length);
      }),
    );
  });
});

const said = ({ level, message }: Said): string[] => [level, message.text];

const wanted = ({ severity, message, hint }: Problem): string[] => [
  severity,
  hint === undefined ? message : `${message}\nhint: ${hint}`,
];

function expectRegion({
  startLine,
  startColumn,
  endLine,
  endColumn,
  ...others
}: Readonly<Record<string, number>>): void {
  for (const value of [startLine, startColumn ?? 1, endLine ?? startLine, endColumn ?? 1]) {
    expect(Number.isInteger(value) && value! >= 1).toBe(true);
  }
  expect(endLine ?? startLine).toBeGreaterThanOrEqual(startLine!);
  expect(endColumn === undefined || endLine! > startLine! || endColumn >= startColumn!).toBe(true);
  expect(others).toEqual({});
}

const schema = sarifSchema();

describe.skipIf(schema === null)('the schema of OASIS', () => {
  const validator = () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    ajv.addFormat('uri', (text) => URL.canParse(text));
    ajv.addFormat(
      'uri-reference',
      (text) => URL.canParse(text, 'file:///x/') && !/[^\x21-\x7e]|["<>\\^`{|}]/.test(text),
    );
    ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
    // What Ajv no longer knows of draft-04, this schema does not use.
    const { $schema: _draft, id: _address, ...rest } = schema ?? {};
    return ajv.compile(rest);
  };

  test('is one that can fail', () => {
    const validate = validator();
    const log = JSON.parse(problemsSarif([PROBLEM], OPTIONS)) as { runs: { results: { level: string }[] }[] };
    log.runs[0]!.results[0]!.level = 'fatal';
    expect(validate(log)).toBe(false);
    expect(validate({ version: '2.1.0' })).toBe(false);
  });

  test('is met, whatever the problems say', () => {
    const validate = validator();
    fc.assert(
      fc.property(anyProblems(), fc.constantFrom('', 'a b/c'), (problems, folder) => {
        validate(JSON.parse(problemsSarif(problems, { ...OPTIONS, folder })));
        expect(validate.errors ?? []).toEqual([]);
      }),
    );
  });
});
