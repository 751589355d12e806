/** What is the matter with Redis. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  /** `unreachable`: nothing answers there. `refused`: it does not let us in, or not do what we need. */
  readonly code: 'unreachable' | 'refused';

  constructor(code: 'unreachable' | 'refused', message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
