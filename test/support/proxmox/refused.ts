/** How a call is refused: as a status with Proxmox VE's own words, which travel in HTTP's reason phrase. */
export class Refused extends Error {
  readonly status: number;
  readonly errors: Readonly<Record<string, string>> | undefined;

  /** @param errors what is wrong with which parameter */
  constructor(status: number, reason: string, errors?: Readonly<Record<string, string>>) {
    super(reason);
    this.status = status;
    this.errors = errors;
  }
}

/** What Perl's `die` becomes. */
export const failed = (reason: string): Refused => new Refused(500, reason);

export const invalid = (errors: Readonly<Record<string, string>>): Refused =>
  new Refused(400, 'Parameter verification failed.', errors);
