/** What `configure` and `diff` are asked to do. */
export interface ConfigureOptions {
  /** Run `tofu init` where that is due. */
  readonly init: boolean;
  /** Overwrite files that nigari did not make. */
  readonly force: boolean;
  /** Leave files of ours that were edited by hand as they are. */
  readonly keepEdits: boolean;
  /** Write nothing and run nothing: say what would change. */
  readonly check: boolean;
  /** What of that is shown. */
  readonly show: 'list' | 'stat' | 'diff';
  /** Something that would change is exit code 5, something in the way of it 2. */
  readonly mustMatch: boolean;
  /** Forget which machines had another name before. */
  readonly dropMoved: boolean;
  /** Machines may be destroyed or replaced without a question. */
  readonly yes: boolean;
  /** So may the majority of the control planes. */
  readonly allowQuorumLoss: boolean;
}
