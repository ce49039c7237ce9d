import { describe, expect, test } from 'vitest';
import { reveal, secret } from '../../scripts/config/secret.ts';
import { render } from '../../scripts/render/render.ts';
import type { Model, Template } from '../../scripts/types.ts';

/** A model of just the names that these templates use. */
const model = {
  cluster: {
    cluster_name: 'demo',
    node_vlan_tag: null,
    proxmox_insecure: false,
    proxmox_api_token_secret: secret('hunter2-hunter2'),
    tfstate_password: null,
    vars: { empty: [], list: ['a', 'b"${x}'], map: { k: 1 }, text: 'x', lines: 'one\ntwo', big: 3 },
  },
  nodes: [
    { name: 'cp-1', controller: true, vm_cores: 4 },
    { name: 'wk-1', controller: false, vm_cores: 8 },
  ],
  instances: [{ stack: 'proxmox', kind: 'talos-vms', directory: 'infrastructure/tofu', images: [] }],
} as unknown as Model;

function template(target: string, text: string, path = `templates/project/${target}`): Template {
  return {
    path,
    scope: 'project',
    kind: null,
    target,
    bytes: new TextEncoder().encode(text),
    executable: false,
    builtIn: false,
  };
}

/** What one template renders to, without the header; or its problem as `code line: message`. */
function rendered(target: string, text: string, ...others: Template[]): string {
  const result = render(model, [template(target, text), ...others]);
  if (!result.ok)
    return result.problems
      .filter(({ severity }) => severity === 'error')
      .map((problem) => `${problem.code} ${problem.line}: ${problem.message}`)
      .join('\n');
  const bytes = result.value[0]?.bytes;
  return bytes === undefined ? '<nothing>' : new TextDecoder().decode(bytes).replace(/^(#|<!--) Generated.*\n\n/, '');
}

/** `template line` for each line that a template renders to. */
function origins(target: string, text: string, ...others: Template[]): readonly string[] {
  const result = render(model, [template(target, text), ...others]);
  const lines = (result.ok && result.value[0]?.lines) || [];
  return lines.map((at) => (at === null ? '-' : `${at.file.split('/').pop()} ${at.line}`));
}

describe('each rendered line knows the line of the template that began it', () => {
  const a = (...lines: number[]): string[] => lines.map((line) => (line === 0 ? '-' : `a.md.njk ${line}`));
  test.each([
    ['x\ny\n', a(0, 0, 1, 2, 3)],
    // The two lines of the header stand in for these two.
    ['\n\nx\n', a(1, 2, 3, 4)],
    ['#| note |#\nx\n#| note |#\ny', a(0, 0, 2, 4)],
    ['#% if true %#\nx\n#% endif %#\ny', a(0, 0, 2, 4)],
    ['#% for v in cluster.vars.list %#\nx\n#{ loop.index }#\n#% endfor %#\ny', a(0, 0, 2, 3, 2, 3, 5)],
    ['a\n#{ cluster.vars.lines }#\nb', a(0, 0, 1, 2, 2, 3)],
    ['x#{ 1 }#\n#{ 2 }#y', a(0, 0, 1, 2)],
  ])('%j', (text, expected) => expect(origins('a.md.njk', text)).toEqual(expected));

  test('also of what a partial wrote, and in a file without a header', () => {
    const partial = template('_p.md.njk', 'one\ntwo\n');
    expect(origins('a.md.njk', 'x\n#% include "_p.md.njk" %#\ny', partial)).toEqual([
      ...a(0, 0, 1),
      '_p.md.njk 1',
      '_p.md.njk 2',
      'a.md.njk 3',
    ]);
    expect(origins('a.json.njk', '\n{}')).toEqual(['a.json.njk 1', 'a.json.njk 2']);
  });
});

describe('escaping by where a value stands', () => {
  test.each([
    ['x = #{ cluster.cluster_name }#', 'x = "demo"'],
    ['x = "https://#{ cluster.cluster_name }#/y"', 'x = "https://demo/y"'],
    ['x = #{ cluster.node_vlan_tag }#', 'x = null'],
    ['x = #{ cluster.proxmox_insecure }#', 'x = false'],
    ['x = #{ cluster.vars.list }#', 'x = ["a", "b\\"$${x}"]'],
    ['x = #{ cluster.vars.map }#', 'x = { "k" = 1 }'],
    ['x = "${var.a}-#{ cluster.vars.list[1] }#"', 'x = "${var.a}-b\\"$${x}"'],
    ['x = "${lookup(#{ cluster.vars.text }#)}"', 'x = "${lookup("x")}"'],
    ['# about #{ cluster.cluster_name }#', '# about demo'],
    ['x = "$#{ "{y}" }#"', 'x = "$\\u007by}"'],
    ['x = "#{ "$" }##{ "{y}" }#"', 'x = "\\u0024\\u007by}"'],
    ['x = <<EOT\n#{ cluster.vars.text }#\nEOT\ny = #{ cluster.vars.text }#', 'x = <<EOT\nx\nEOT\ny = "x"'],
  ])('HCL: %s', (text, expected) => expect(rendered('a.tf.njk', text)).toBe(expected));

  test.each([
    ['x: #{ cluster.cluster_name }#', 'x: demo'],
    ['x: #{ "yes" }#', 'x: "yes"'],
    ['x: #{ "a: b" }# # why', 'x: "a: b" # why'],
    ['- #{ cluster.vars.list }#', '- ["a","b\\"${x}"]'],
    ['"x-#{ cluster.vars.list[1] }#": 1', '"x-b\\"${x}": 1'],
    ["x: 'a #{ \"it's\" }#'", "x: 'a it''s'"],
    ['#{ cluster.cluster_name }#: [#{ 1 }#, {a: #{ "b,c" }#}]', 'demo: [1, {a: "b,c"}]'],
    ['x: |\n  a #{ cluster.vars.lines | indent(2) }#\ny: #{ "#" }#', 'x: |\n  a one\n  two\ny: "#"'],
    ['a:\n  - b: |\n      #{ cluster.vars.text }#\n    c: #{ "x y" }#', 'a:\n  - b: |\n      x\n    c: "x y"'],
    ['- |\n  #{ cluster.vars.text }#\n- #{ "1" }#', '- |\n  x\n- "1"'],
    ['x: \'#{ "a" }#\'\'#{ "b" }#\'', "x: 'a''b'"],
  ])('YAML: %s', (text, expected) => expect(rendered('a.yaml.njk', text)).toBe(expected));

  test('JSON: literals in code, fragments in strings', () => {
    expect(rendered('a.json.njk', '{"a": #{ cluster.vars.list }#, "b-#{ "q\\"" }#": null}')).toBe(
      '{"a": ["a","b\\"${x}"], "b-q\\"": null}',
    );
  });

  test.each([
    [
      'a.yaml.njk',
      'x: talos-#{ cluster.cluster_name }#',
      'template-place 1: a value cannot stand in the middle of a plain scalar',
    ],
    ['a.yaml.njk', 'x: #{ cluster.cluster_name }#-suffix', 'template-place 1: text follows a value directly'],
    [
      'a.yaml.njk',
      'x: |\n  #{ cluster.vars.lines }#',
      'value-unprintable 2: a value of several lines stands in a block scalar',
    ],
    ['a.tf.njk', 'x = "\\#{ cluster.cluster_name }#"', 'template-place 1: a value cannot follow a backslash'],
    ['a.tf.njk', '}\nx = #{ cluster.cluster_name }#', 'template-place 2: a value cannot stand behind an unmatched }'],
    [
      'a.tf.njk',
      '# #{ cluster.vars.lines }#',
      'value-unprintable 1: the value would end the comment that it stands in',
    ],
    [
      'a.tf.njk',
      'x = <<EOT\n#{ "EOT" }#\nEOT',
      'value-unprintable 2: the value could end the heredoc, whose marker is EOT',
    ],
    [
      'a.tf.njk',
      'x = "#{ cluster.node_vlan_tag }#"',
      'value-unprintable 1: a value that is not set (null) cannot stand in the middle of text',
    ],
    [
      'a.tf.njk',
      'x = #% if cluster.proxmox_insecure %#"#% endif %#',
      'template-place 1: the ways through this `if` end in different places (one inside quotes, braces or a comment)',
    ],
    [
      'a.tf.njk',
      'x = "$#{ cluster.cluster_name }#{"',
      'template-place 1: a { follows what is, when the value between is empty, a ${ or %{',
    ],
    [
      'a.sh.njk',
      'echo #{ cluster.cluster_name }#',
      'template-language undefined: nigari cannot escape values for a.sh.njk',
    ],
  ])('refuses in %s: %s', (target, text, expected) => expect(rendered(target, text)).toBe(expected));
});

describe('strict where nunjucks is silent', () => {
  test.each([
    ['#{ clustre.cluster_name }#', 'unknown-name 1: unknown name: clustre'],
    ['#% if typo %#x#% endif %#', 'unknown-name 1: unknown name: typo'],
    ['#% if cluster.typo %#x#% endif %#', 'unknown-name 1: unknown name: typo'],
    ['#% if false %##{ cluster.typo }##% endif %#', 'unknown-name 1: unknown name: typo'],
    ['\n#% for n in nodes %##{ n.typo }##% endfor %#', 'unknown-name 2: unknown name: typo'],
    ['#% for n in cluster.typo %##% endfor %#', 'unknown-name 1: unknown name: typo'],
    ['#{ cluster.typo | default("x") }#', 'unknown-name 1: unknown name: typo'],
    ['#{ "x" ~ typo }#', 'unknown-name 1: unknown name: typo'],
    ['#{ cluster.cluster_name | shout }#', 'unknown-filter 1: unknown filter: shout'],
    [
      '#% for n in nodes if n.controller %#x#% endfor %#',
      'template-construct 1: `for … if …` is not supported: nunjucks would render nothing',
    ],
    [
      '#% for k in cluster.vars.map %#x#% endfor %#',
      'value-misused 1: what this loop reads must be a list, not a mapping',
    ],
    ['#% for n in nodes %##{ loop.previtem }##% endfor %#', 'unknown-name 1: unknown name: previtem'],
    [
      '#% for n in nodes %##% set x = 1 %##% endfor %#',
      'template-construct 1: `set` in a loop is not supported: in nunjucks it leaks out of the loop',
    ],
    [
      '#% if cluster.vars.empty %#x#% endif %#',
      'value-misused 1: a list is no condition: even an empty one would count as true',
    ],
    [
      '#{ cluster.vars.empty or "x" }#',
      'value-misused 1: a list is no condition: even an empty one would count as true',
    ],
    ['#{ "a" | indent(width=4) }#', 'template-construct 1: keyword arguments are not supported'],
    ['#{ "ab" * 2 }#', 'value-misused 1: this must be a number, not a string'],
    [
      '#{ cluster.vars.list + cluster.vars.list }#',
      'value-misused 1: what is added (`~` joins texts) must be a number, not a list',
    ],
    ['#{ 5 % 2 }#', 'template-construct 1: % is not supported in templates'],
    ['#{ 5 / 2 }#', 'template-construct 1: division is not supported in templates'],
    ['#{ 1 == "1" }#', 'value-misused 1: a number is compared with a string'],
    ['#{ 1 === 1 }#', 'template-construct 1: === is not supported'],
    ['#{ "a".replace("a", "b") }#', 'template-construct 1: methods cannot be called'],
    ['#{ range.constructor("return process")() }#', 'template-construct 1: methods cannot be called'],
    ['#{ cluster.constructor }#', 'unknown-name 1: unknown name: constructor'],
    ['#{ cluster.__proto__ }#', 'unknown-name 1: unknown name: __proto__'],
    ['#% macro m() %##% endmacro %#', 'template-construct 1: macro is not supported in templates'],
    ['#% extends "x" %#', 'template-construct 1: extends is not supported in templates'],
    ['#% set cluster = 1 %#', 'template-construct 1: cluster is a name of the model and cannot be set'],
    ['#% if x %#', 'template-syntax 1: expected elif, else, or endif, got end of file'],
    ['#{ nodes[0:2] }#', 'template-syntax 1: expected comma after expression'],
    ['x\n#% raw %#\n{% endraw %}\ny', 'template-syntax 2: `raw` and `verbatim` are not supported in templates'],
    ['#% filter upper %#x#% endfilter %#', 'template-construct 1: `filter` blocks are not supported'],
    ['#{ x', 'template-syntax 1: expected variable end'],
    ['#{ x |', 'template-syntax 1: the template ends inside a tag'],
    ['#% include "_no.md.njk" %#', 'template-include 1: there is no partial _no.md.njk'],
  ])('%s', (text, expected) => expect(rendered('a.md.njk', text)).toBe(expected));

  test('tells the findings of all templates at once', () => {
    const result = render(model, [template('a.md.njk', '#{ a }#'), template('b.md.njk', '\n#{ b }#\n#{ c }#')]);
    expect(result.problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'templates/project/a.md.njk:1',
      'templates/project/b.md.njk:2',
      'templates/project/b.md.njk:3',
    ]);
  });

  test('suggests the name that was meant', () => {
    expect(render(model, [template('a.md.njk', '#{ cluster.cluster_nmae }#')]).problems[0]?.hint).toBe(
      'did you mean cluster_name?',
    );
  });
});

describe('what templates can say', () => {
  test.each([
    ['#% for n in nodes %##{ loop.index }##{ n.name }##% if not loop.last %#, #% endif %##% endfor %#', '1cp-1, 2wk-1'],
    ['#% for k, v in cluster.vars.map %##{ k }#=#{ v }##% endfor %#', 'k=1'],
    ['#% for x in cluster.vars.empty %#x#% else %#none#% endfor %#', 'none'],
    ['#% if cluster.node_vlan_tag %#a#% elif cluster.cluster_name == "demo" %#b#% else %#c#% endif %#', 'b'],
    ['#% set x = "s" %##{ x | upper }#', 'S'],
    ['#{ "x" if cluster.node_vlan_tag is none else "y" }#', 'x'],
    ['#{ "a" in cluster.vars.list }# #{ "zz" not in cluster.vars.list }#', 'true true'],
    ['#{ cluster.vars.list | length > 0 }# #{ 1 + 2 * 3 - 1 }# #{ -cluster.vars.big }#', 'true 6 -3'],
    ['#{ nodes[0]["name"] }# #{ (nodes | last).name }#', 'cp-1 wk-1'],
    ['#% for i in range(3) %##{ i }##% endfor %#', '012'],
    ['a\n#| a comment line |#\nb #| inline |# c\n  #| indented |#\nd', 'a\nb  c\nd'],
    ['#| first |#\nx', 'x'],
    ['a\n#% if true %#\nb\n#% endif %#\nc', 'a\nb\nc'],
    ['  \n\t', '<nothing>'],
    ['${a} {{ b }} {% c %}', '${a} {{ b }} {% c %}'],
  ])('%s', (text, expected) => expect(rendered('a.md.njk', text)).toBe(expected));

  test('a partial is escaped for the place that includes it', () => {
    const partial = template('_p.tf.njk', '#{ cluster.vars.list[1] }#');
    expect(rendered('a.tf.njk', 'x = #% include "_p.tf.njk" %#\n\ny = "#% include "_p.tf.njk" %#"', partial)).toBe(
      'x = "b\\"$${x}"\ny = "b\\"$${x}"',
    );
  });

  test('[node] in a name makes one file a node', () => {
    const result = render(model, [template('nodes/[node].txt.njk', '#{ node.name }#')]);
    expect(result.ok && result.value.map((artifact) => artifact.path)).toEqual(['nodes/cp-1.txt', 'nodes/wk-1.txt']);
  });

  test('a file without .njk is copied', () => {
    const result = render(model, [template('a.sh', '#{ typo }#')]);
    expect(result.ok && new TextDecoder().decode(result.value[0]?.bytes)).toBe('#{ typo }#');
  });

  test('each use of raw is listed', () => {
    const result = render(model, [template('a.tf.njk', 'x = #{ "local.y" | raw }#')]);
    expect(result.ok && result.problems).toMatchObject([{ code: 'raw-used', severity: 'note', line: 1 }]);
  });
});

describe('nothing arises from a value and what stands beside it', () => {
  test.each([
    [
      'a.tf.njk',
      '/* #{ "infra/*" }#/#{ "x" }# */',
      'value-unprintable 1: the value would end the comment that it stands in',
    ],
    [
      'a.tf.njk',
      'x = <<EOT\n#{ "EO" }##{ "T" }#\nEOT\n',
      'value-unprintable 2: the value could end the heredoc, whose marker is EOT',
    ],
    [
      'a.tf.njk',
      'x = <<EOT\nEO#{ "T" }#\nEOT\n',
      'value-unprintable 2: the value could end the heredoc, whose marker is EOT',
    ],
    [
      'a.yaml.njk',
      'a: |\n  #{ cluster.vars.lines | indent(0) }#',
      'value-unprintable 2: a value of several lines stands in a block scalar',
    ],
    ['a.yaml.njk', 'a: foo\n  #{ "x" }#', 'template-place 2: a value cannot stand in the middle of a plain scalar'],
    ['a.yaml.njk', 'a: #{ "x" }#\n  more', 'template-place 1: text follows a value directly'],
    ['a.yaml.njk', '---#{ "x" }#', 'template-place 1: a value cannot stand in the middle of a plain scalar'],
    ['a.yaml.njk', '-- #{ "x" }#', 'template-place 1: a value cannot stand in the middle of a plain scalar'],
    ['a.yaml.njk', '--\n#{ "x" }#', 'template-place 2: a value cannot stand in the middle of a plain scalar'],
    ['a.yaml.njk', '---- #{ "x" }#', 'template-place 1: a value cannot stand in the middle of a plain scalar'],
    ['a.yaml.njk', 'a: b\n --- #{ "x" }#', 'template-place 2: a value cannot stand in the middle of a plain scalar'],
    ['a.yaml.njk', '--- #{ "x" }#\ny: z', 'template-place 1: text follows a value directly'],
    ['a.yaml.njk', 'a: [a\n  #{ "x" }#]', 'template-place 2: a value cannot stand in the middle of a plain scalar'],
    [
      'a.yaml.njk',
      '#{ "a" }#:#{ "b" }#',
      'template-place 1: text follows a value directly\ntemplate-place 1: text follows a value directly',
    ],
    ['x.tf.json.njk', '{}', 'template-language undefined: nigari cannot escape values for x.tf.json.njk'],
  ])('refuses in %s: %j', (target, text, expected) => expect(rendered(target, text)).toBe(expected));

  test.each([
    ['a.tf.njk', 'x = <<EOT#| c |#\nit"s\nEOT\ny = #{ "b" }#', 'x = <<EOT\nit"s\nEOT\ny = "b"'],
    ['a.yaml.njk', '---\n#{ "x y" }#\n--- #{ "z" }#\n--- # c\na: #{ 1 }#\n', '---\n"x y"\n--- z\n--- # c\na: 1\n'],
    ['a.yaml.njk', 'a: |\n  --- b\n---\n#{ cluster.vars.map }#\n', 'a: |\n  --- b\n---\n{"k":1}\n'],
    [
      'a.yaml.njk',
      '- a\n---\n- b\n- --- #{ cluster.vars.list }#',
      'template-place 4: a value cannot stand in the middle of a plain scalar',
    ],
    ['a.yaml.njk', '- !!str |\n  #{ "x: y" }#\n', '- !!str |\n  x: y\n'],
    [
      'a.yaml.njk',
      'a: #{ "x" }#\n\n  # about b\nb:\n  - #{ "y" }#\n  - c: #{ "z" }#\n    d: #{ 1 }#\n',
      'a: x\n\n  # about b\nb:\n  - "y"\n  - c: z\n    d: 1\n',
    ],
    ['a.yaml.njk', 'x: "a#{ " b " }#c"', 'x: "a\\x20b\\x20c"'],
  ])('reads on in %s: %j', (target, text, expected) => expect(rendered(target, text)).toBe(expected));
});

describe('mistakes in templates are problems, never stack traces', () => {
  test.each([
    ['#{ cluster.node_vlan_tag | default }#', 'template-construct 1: default takes 1 arguments, not 0'],
    ['#{ "a" | upper("x") }#', 'template-construct 1: upper takes 0 arguments, not 1'],
    ['#{ "a" | indent(-1) }#', 'value-misused 1: the width must be a number from 0 to 100'],
    ['#{ {cluster.cluster_name: 1} | length }#', 'template-construct 1: a key of a mapping must be a name or a text'],
    [
      '#{ nodes[cluster.proxmox_api_token_secret] }#',
      'secret-in-clear 1: a secret may be printed only into a sealed (*.sops.yaml) file',
    ],
  ])('%s', (text, expected) => expect(rendered('a.md.njk', text)).toBe(expected));

  test('too large a number is no null in JSON', () => {
    expect(rendered('a.json.njk', '#{ [1e308 * 10] }#')).toMatch(/^(value-unprintable|template-syntax|unknown-name)/);
  });

  test('what a partial sets is its own', () => {
    const partial = template('_p.md.njk', '#% set x = 2 %##{ x }#');
    expect(rendered('a.md.njk', '#% set x = 1 %##% include "_p.md.njk" %##{ x }#', partial)).toBe('21');
  });
});

describe('secrets', () => {
  test.each([
    'x = #{ cluster.proxmox_api_token_secret }#',
    'x = "#{ cluster.proxmox_api_token_secret }#"',
    '# #{ cluster.proxmox_api_token_secret }#',
    'x = #{ cluster.proxmox_api_token_secret | upper }#',
    'x = #{ cluster.proxmox_api_token_secret | b64 }#',
    'x = #{ cluster.proxmox_api_token_secret | length }#',
    'x = #{ "a" ~ cluster.proxmox_api_token_secret }#',
    'x = #{ [cluster.proxmox_api_token_secret] }#',
    'x = #{ cluster }#',
    'x = #{ cluster | json }#',
    'x = #{ cluster.proxmox_api_token_secret == "hunter2-hunter2" }#',
    'x = #{ cluster.proxmox_api_token_secret in ["hunter2-hunter2"] }#',
    '#% set s = cluster.proxmox_api_token_secret %#x = #{ s | default("") }#',
    'x = #{ cluster.proxmox_api_token_secret | raw }#',
    '#% for k, v in cluster %##% if k == "proxmox_api_token_secret" %#x = #{ v }##% endif %##% endfor %#',
  ])('cannot be printed in clear: %s', (text) => {
    expect(rendered('a.tf.njk', text)).toBe(
      `secret-in-clear 1: a secret may be printed only into a sealed (*.sops.yaml) file`,
    );
  });

  test('may decide whether something is rendered, by being there', () => {
    expect(
      rendered(
        'a.tf.njk',
        'x = #% if cluster.proxmox_api_token_secret and not cluster.tfstate_password %#1#% endif %#',
      ),
    ).toBe('x = 1');
  });

  test('are text in a sealed artifact, which is marked and has no header', () => {
    const result = render(model, [template('s.sops.yaml.njk', 'a: #{ cluster.proxmox_api_token_secret }#\n')]);
    expect(result.ok && result.value[0]).toMatchObject({
      secret: true,
      bytes: new TextEncoder().encode('a: hunter2-hunter2\n'),
    });
  });

  test.each([
    '#{ cluster[cluster.proxmox_api_token_secret] }#',
    '#{ nodes[cluster.proxmox_api_token_secret] }#',
    '#{ cluster.cluster_name[cluster.proxmox_api_token_secret] }#',
  ])('no problem of a sealed template shows one: %s', (expression) => {
    const problems = rendered('s.sops.yaml.njk', `a: ${expression}\n`);
    expect(problems).toMatch(/ 1: /);
    expect(problems).not.toContain('hunter2');
  });

  test('go along with the artifact, so that sealing can see that none is left in clear', () => {
    const result = render(model, [template('s.sops.yaml.njk', 'a: #{ cluster.proxmox_api_token_secret }#\n')]);
    expect(result.ok && result.value[0]?.secrets?.map(reveal)).toEqual(['hunter2-hunter2']);
  });

  test('no problem of theirs shows the value', () => {
    expect(
      JSON.stringify(render(model, [template('a.tf.njk', 'x = #{ cluster.proxmox_api_token_secret }#')])),
    ).not.toContain('hunter2');
  });
});
