/** What is found before any rule runs, or behind them: codes of files, of YAML, of shapes, of templates, with their sentences. */
import type { Severity } from '../../problem.ts';

/** A code that no rule of this folder has. */
export interface PlainCode {
  readonly code: string;
  /** An error without it. */
  readonly severity?: Severity;
  /** What holds where it is not found. */
  readonly sentence: string;
  /** What goes wrong otherwise. */
  readonly why: string;
}

/** Of the schemas. */
export const SHAPE_CODES: readonly PlainCode[] = [
  {
    code: 'missing-key',
    sentence: 'Required keys are written',
    why: 'There is no value that would be right for everybody.',
  },
  {
    code: 'unknown-key',
    sentence: 'Keys are known ones',
    why: 'A key with a typing error would be ignored, and its default used instead. Values of your own belong below vars.',
  },
  {
    code: 'empty-value',
    sentence: 'Values are not empty',
    why: 'Nothing, and a text without characters, are no values: for the default remove the line.',
  },
  {
    code: 'wrong-type',
    sentence: 'Values are of the type of their key',
    why: 'Without quotes 1.10 is the number 1.1; with quotes "true" is a text.',
  },
  {
    code: 'out-of-range',
    sentence: 'Numbers are in the range of their key',
    why: 'Proxmox, Talos or the provider refuse others.',
  },
  {
    code: 'not-one-of',
    sentence: 'Values are one of the words of their key',
    why: 'Proxmox or the provider refuse others.',
  },
  {
    code: 'bad-format',
    sentence: 'Texts have the form of their key',
    why: 'Addresses, names, versions and ids have a syntax; what breaks it is refused by whatever reads it.',
  },
  {
    code: 'too-short',
    sentence: 'The passphrase has at least 16 characters',
    why: 'OpenTofu refuses shorter ones.',
  },
  {
    code: 'too-few',
    sentence: 'Lists have the items that they need',
    why: 'A cluster without a machine is none.',
  },
];

/** Of reading the two files, and of comments that silence. */
export const FILE_CODES: readonly PlainCode[] = [
  {
    code: 'input-missing',
    sentence: 'The two input files are there',
    why: 'Everything is made from these two files.',
  },
  { code: 'input-not-a-file', sentence: 'The two input files are files', why: 'A folder cannot be read.' },
  { code: 'input-too-large', sentence: 'A file has at most 8 MiB', why: 'A larger one is not what its name says.' },
  { code: 'not-utf8', sentence: 'Files are in UTF-8', why: 'In another encoding the same bytes are other letters.' },
  {
    code: 'empty-file',
    sentence: 'A file says something',
    why: 'A file of comments alone is a file that was not filled in.',
  },
  { code: 'not-a-mapping', sentence: 'A file is a mapping', why: 'Values without keys have no meaning.' },
  { code: 'several-documents', sentence: 'A file holds one document', why: 'The second one would be ignored.' },
  {
    code: 'yaml-version',
    sentence: 'A file is YAML 1.2',
    why: 'In YAML 1.1 yes is a boolean and 010 is eight: other values than the file shows.',
  },
  { code: 'yaml-syntax', sentence: 'A file is YAML', why: 'What cannot be read cannot be used.' },
  { code: 'tab-indentation', sentence: 'Lines are indented with blanks', why: 'YAML takes no tabs there.' },
  {
    code: 'duplicate-key',
    sentence: 'A key is written once',
    why: 'Of two values one would be ignored, and programs differ in which.',
  },
  {
    code: 'non-string-key',
    sentence: 'Keys are texts',
    why: 'Without quotes 8006 is a number, which JSON and HCL have no keys of.',
  },
  {
    code: 'unknown-tag',
    sentence: 'Tags are those of YAML',
    why: 'What !env or !vault mean only another program knows: here the text behind them would be the value.',
  },
  {
    code: 'unknown-alias',
    sentence: 'An alias stands below its anchor',
    why: 'Otherwise there is no value that it stands for.',
  },
  { code: 'recursive-alias', sentence: 'A value does not contain itself', why: 'It would never end.' },
  {
    code: 'bad-merge',
    sentence: 'What is merged is a mapping',
    why: 'Other values have no keys that could be merged.',
  },
  {
    code: 'alias-expansion',
    sentence: 'Aliases stand for a reasonable amount',
    why: 'A few lines can stand for more than any memory holds.',
  },
  { code: 'too-deep', sentence: 'Values are not nested deeper than 100', why: 'So deep no file is on purpose.' },
  {
    code: 'too-many-values',
    sentence: 'A file has no more words than can be read',
    why: 'Two million are more than ten thousand nodes with every key.',
  },
  {
    code: 'inexact-number',
    sentence: 'Numbers keep their digits',
    why: 'A number of more than 15 digits comes out changed; in quotes it stays what it is.',
  },
  {
    code: 'sealed-input-public',
    sentence: 'Only credentials and vars stand in cluster.sops.yaml',
    why: 'Sealed, a value can be checked only by those who have a key.',
  },
  {
    code: 'sealed-input-in-clear',
    sentence: 'What cluster.sops.yaml holds is encrypted',
    why: 'The file is meant to be committed: whatever is readable in it is no secret any more.',
  },
  {
    code: 'set-twice',
    sentence: 'A value stands in cluster.yaml or in cluster.sops.yaml',
    why: 'One of two values would be ignored, and the one in cluster.yaml may be in clear for no reason.',
  },
  {
    code: 'reference-misplaced',
    sentence: 'References stand where secrets may',
    why: 'Everything else goes into files in clear, which are meant to be committed.',
  },
  {
    code: 'ignore-without-effect',
    severity: 'warning',
    sentence: 'A comment that silences a rule has an effect',
    why: 'A comment about a rule that no longer finds anything hides what it finds next.',
  },
];

/** Of templates, and of what they render. */
export const TEMPLATE_CODES: readonly PlainCode[] = [
  { code: 'templates-missing', sentence: 'The built-in templates are there', why: 'The installation is not complete.' },
  {
    code: 'template-misplaced',
    sentence: 'Templates lie in project, stack or kinds',
    why: 'Elsewhere below templates/ nothing says when they count.',
  },
  {
    code: 'template-not-a-file',
    sentence: 'Templates are files',
    why: 'A pipe or a device has no end that could be rendered.',
  },
  {
    code: 'template-link-outside',
    sentence: 'Links stay inside of templates/',
    why: 'What lies outside does not come along with a clone.',
  },
  { code: 'template-link-circle', sentence: 'Links do not lead in a circle', why: 'They would have no end.' },
  { code: 'template-syntax', sentence: 'Templates can be parsed', why: 'What cannot be read cannot be rendered.' },
  {
    code: 'template-construct',
    sentence: 'Templates use only constructs that mean one thing',
    why: 'Some constructs of nunjucks do silently something else than in Jinja2.',
  },
  {
    code: 'template-place',
    sentence: 'Values are printed only where they can be escaped',
    why: 'In a comment, a heredoc or a name there is no form that every value could have.',
  },
  {
    code: 'template-include',
    sentence: 'Partials that are included are there',
    why: 'An include of nothing would render nothing.',
  },
  {
    code: 'template-language',
    sentence: 'The file name says how values are escaped',
    why: 'Without a language it is not known what a quote or a brace means.',
  },
  {
    code: 'unknown-name',
    sentence: 'Names in templates are known',
    why: 'A name with a typing error would print nothing.',
  },
  { code: 'unknown-filter', sentence: 'Filters in templates are known', why: 'There is nothing to call.' },
  {
    code: 'value-misused',
    sentence: 'Values in templates are used as what they are',
    why: 'A list that is added to a text prints what nobody meant.',
  },
  {
    code: 'value-unprintable',
    sentence: 'Values have a form where they are printed',
    why: 'Not every language can write every value everywhere.',
  },
  {
    code: 'secret-in-clear',
    sentence: 'Secrets are printed only into sealed files',
    why: 'Every other file is written in clear.',
  },
  {
    code: 'raw-used',
    severity: 'note',
    sentence: 'Values are printed escaped',
    why: 'With | raw whatever the value holds becomes part of the file: each use wants to be looked at.',
  },
  {
    code: 'output-unparsable',
    sentence: 'What is rendered parses as what it is',
    why: 'OpenTofu would fail on it, far from the template that made it.',
  },
  {
    code: 'output-differs',
    sentence: 'Variables hold the values of the model',
    why: 'A value that was changed on the way is one that nobody wrote.',
  },
  {
    code: 'path-outside',
    sentence: 'Names of rendered files stay inside of the project',
    why: 'A name with .. or a drive would write somewhere else.',
  },
  {
    code: 'path-reserved',
    sentence: 'No template writes a file of the user',
    why: 'The inputs, the key and the repository itself are never generated.',
  },
  {
    code: 'path-collision',
    sentence: 'No two templates write one file',
    why: 'One of them would be lost; macOS and Windows do not tell Main.tf from main.tf.',
  },
];
