/** What `talosctl apply-config --mode` knows, as of Talos 1.12. */
export const APPLY_MODES = ['auto', 'no-reboot', 'reboot', 'staged', 'try'] as const;
export type ApplyMode = (typeof APPLY_MODES)[number];
