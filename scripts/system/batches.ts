/** Work on many files at once. */

/** Enough to keep a disk busy, few enough for the number of files that a process may have open. */
const SIZE = 32;

/**
 * Calls `work` for each item, some at a time, and gives the results in order. Whatever has begun is waited for, also when
 * something fails: nobody undoes what is still going on.
 * @throws what the first of them threw
 */
export async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += SIZE) {
    for (const ended of await Promise.allSettled(items.slice(start, start + SIZE).map(async (item) => work(item)))) {
      if (ended.status === 'rejected') throw ended.reason;
      results.push(ended.value);
    }
  }
  return results;
}
