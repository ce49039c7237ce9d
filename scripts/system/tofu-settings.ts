/**
 * The user's own settings of OpenTofu: where providers come from, and where they are kept.
 * Source: https://opentofu.org/docs/cli/config/config-file/ and internal/command/cliconfig of OpenTofu 1.12.6.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checked, refused, type Checked, type Problem } from '../problem.ts';
import { userFolder } from './user-folders.ts';
import { userPath } from './user-files.ts';

/** Whose settings. */
interface Whose {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

export interface TofuSettings {
  /** The file that takes the place of all others, absolute; null where none is named. */
  readonly file: string | null;
  /** Whatever is set, in one text; empty where nothing is. */
  readonly text: string;
}

/** Variables that name the one file that counts; the first that is set. */
const OVERRIDES = ['TF_CLI_CONFIG_FILE', 'TERRAFORM_CONFIG'];

/** Every file that may hold some, be it there or not, and every folder that may have such files. */
export function settingsPlaces(whose: Whose): readonly string[] {
  const named = OVERRIDES.map((name) => whose.env[name]).find((value) => !!value);
  return named ? [userPath(named, whose)] : usualPlaces(whose);
}

/** @returns `tofu-settings-missing` where the file that the environment names is not there: tofu itself would only warn */
export function readTofuSettings(whose: Whose): Checked<TofuSettings> {
  const variable = OVERRIDES.find((name) => whose.env[name]);
  const places = settingsPlaces(whose);
  const [file = ''] = places;
  if (variable === undefined) return checked({ file: null, text: places.map(readOrEmpty).join('') });
  return existsSync(file) ? checked({ file, text: readOrEmpty(file) }) : refused(settingsMissing(variable, file));
}

/** Wherever OpenTofu may look; where several are there it takes one, and the others mean little. */
function usualPlaces({ env }: Whose): readonly string[] {
  const files = [...below(env['HOME'], '.tofurc', '.terraformrc'), ...below(env['APPDATA'], 'tofu.rc', 'terraform.rc')];
  const folders = [
    ...below(env['HOME'], '.terraform.d'),
    ...below(env['XDG_CONFIG_HOME'], 'opentofu'),
    ...below(env['APPDATA'], 'terraform.d'),
  ];
  return [...files, ...folders, ...folders.flatMap((folder) => [join(folder, 'tofurc'), ...settingsIn(folder)])];
}

const below = (folder: string | undefined, ...names: readonly string[]): readonly string[] =>
  folder ? names.map((name) => join(folder, name)) : [];

function settingsIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.tfrc(\.json)?$/.test(name));
    return names.toSorted().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** A folder has no text. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** What each tofu child gets so that these settings count, whatever its folder, and providers are kept for all projects. */
export function settingsEnvironment(settings: TofuSettings, whose: Whose): Readonly<Record<string, string>> {
  const cache = pluginCache(settings, whose);
  return {
    ...(settings.file !== null && { TF_CLI_CONFIG_FILE: settings.file }),
    ...(cache !== null && { TF_PLUGIN_CACHE_DIR: cache }),
  };
}

/**
 * The user's folder of providers, made where it is missing: OpenTofu wants it to be there. None where the user has chosen
 * one, and where providers come from a folder: of that the cache would hold links, which stand in the way of others later.
 */
function pluginCache({ text }: TofuSettings, { env, platform }: Whose): string | null {
  const isChosen = env['TF_PLUGIN_CACHE_DIR'] || /\b(plugin_cache_dir|filesystem_mirror)\b/.test(text);
  const folder = userFolder('cache', env, platform);
  if (isChosen || folder === null || impliedMirrors(env).some((mirror) => existsSync(mirror))) return null;
  try {
    mkdirSync(join(folder, 'plugins'), { recursive: true });
    return join(folder, 'plugins');
  } catch {
    return null;
  }
}

/** Folders that OpenTofu takes providers from without being told. */
const impliedMirrors = (env: Whose['env']): readonly string[] => [
  ...below(env['HOME'], '.terraform.d/plugins'),
  ...below(env['XDG_DATA_HOME'], 'opentofu/plugins'),
  ...below(env['APPDATA'], 'terraform.d/plugins'),
];

const settingsMissing = (variable: string, file: string): Problem => ({
  code: 'tofu-settings-missing',
  severity: 'error',
  message: `${variable} names ${file}, which is not there: OpenTofu would only warn, and ask the network for providers`,
  hint: 'correct the variable, or unset it',
});
