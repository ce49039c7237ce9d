import { expect, test } from 'vitest';
import { textEditor } from '../../scripts/secrets/text-editors.ts';

const FOLDER = '/dev/shm/x';
const VIM = ['-n', '-i', 'NONE', '-c', 'set nobackup nowritebackup noundofile'];

test.each([
  ['vim', 'vim', ['vim', ...VIM]],
  ['vi', 'vim.basic', ['vi', ...VIM]],
  ['nvim -u NONE', 'nvim', ['nvim', ...VIM, '-u', 'NONE']],
  ['gvim', 'gvim', ['gvim', '-f', ...VIM]],
  ['editor', 'nano', ['editor', '--ignorercfiles']],
  ['emacs -nw', 'emacs-29.1', ['emacs', '--eval', expect.stringContaining('make-backup-files nil'), '-nw']],
  ['hx', 'hx', ['hx']],
  [
    '/snap/bin/code --wait',
    'snap',
    ['/snap/bin/code', '--new-window', '--disable-extensions', '--user-data-dir', `${FOLDER}/editor`, '--wait'],
  ],
])('%s, which is %s, is told to keep nothing', (line, program, words) => {
  expect(textEditor(line.split(' '), program, FOLDER)).toEqual({ words, keepsNothing: true });
});

test.each([
  ['subl', 'sublime_text', ['subl', '--wait']],
  ['gedit --wait', 'gedit', ['gedit', '--wait']],
  ['emacsclient', 'emacsclient', ['emacsclient']],
  ['vi', 'vi', ['vi']],
  ['nvi', 'nvi', ['nvi']],
  ['my-editor', 'my-editor', ['my-editor']],
  ['sh -c vim', 'dash', ['sh', '-c', 'vim']],
])('of %s, which is %s, nobody knows what it keeps', (line, program, words) => {
  expect(textEditor(line.split(' '), program, FOLDER)).toEqual({ words, keepsNothing: false });
});

test('no name of a program makes an editor of it that it only contains', () => {
  for (const name of ['evim.sh', 'vimdiffx', 'nanoc', 'myemacs', 'decode', 'microscope'])
    expect(textEditor([name], name, FOLDER)).toEqual({ words: [name], keepsNothing: false });
});
