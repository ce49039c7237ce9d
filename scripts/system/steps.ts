/** Steps of a longer work that the system may refuse, and what comes of the whole then. */
import { checked, Exit, Refusal, refused, type Checked } from '../problem.ts';
import { ioProblem } from './io-problem.ts';

/** Does something to one file. @param path relative to the project @throws Refusal with what the system refused */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal([ioProblem(error, 'write', path)], Exit.refusedInput);
  }
}

/** The value of the whole, or the problems with which one of its steps was refused. */
export async function allSteps<T>(work: () => Promise<T>): Promise<Checked<T>> {
  try {
    return checked(await work());
  } catch (error) {
    if (error instanceof Refusal) return refused(...error.problems);
    throw error;
  }
}
