/** One thing that is wrong, with its place. Exactly one of pointer, row, header and field names the place, or none. */
export interface ProblemDetail {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  /** JSON pointer into a request body. */
  readonly pointer?: string;
  /** 1-based row of a delivery (the header is not a row; in a workbook the sheet's own row number). */
  readonly row?: number;
  readonly header?: string;
  readonly field?: string;
}

/** A coded refusal: `code` is stable and documented, `zh` and `en` are for people, `status` is the HTTP status it maps to. */
export interface Problem {
  readonly code: string;
  readonly status: number;
  readonly zh: string;
  readonly en: string;
  readonly errors?: readonly ProblemDetail[];
  /** Further machine-readable members, for example the id of the first delivery. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A refusal that travels as an exception: every layer may throw it, one filter turns it into problem+json or an exit code. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(`${problem.code}: ${problem.en}`, options);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}
