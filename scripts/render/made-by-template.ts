/** Which files are made by templates, without rendering any. */
import type { Template } from '../types.ts';

/**
 * Whether a template makes the file at a path, so that the next `configure` overwrites what is edited there.
 * @param path relative to the project
 */
export function isMadeByTemplate(path: string, templates: readonly Template[]): boolean {
  return templates.some(({ scope, target }) => {
    const made = target
      .replace(/\.njk$/, '')
      .split(NODE)
      .map(literally)
      .join('[^/]+');
    return new RegExp(scope === 'project' ? `^${made}$` : `^infrastructure/.+/${made}$`).test(path);
  });
}

/** In a template's name it stands for the name of each node. */
const NODE = '[node]';

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
