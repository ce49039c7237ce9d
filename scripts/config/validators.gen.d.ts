/** What `tools/generate.mjs` makes of `schemas/`: one function per schema, which leaves its findings in `errors`. */
import type { ErrorObject } from 'ajv';

interface Validator {
  (data: unknown): boolean;
  errors?: ErrorObject[] | null;
}

export declare const validateCluster: Validator;
export declare const validateNodes: Validator;
