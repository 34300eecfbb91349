import { ReeveError } from '../protocol/errors.ts';

/** The parsed options of one invocation, read with their type. */
export interface Options {
  value(name: string): unknown;
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** Every value of a repeatable option. */
  texts(name: string): readonly string[];
  /** @throws ReeveError USAGE when it is missing */
  required(name: string): string;
  /** @throws ReeveError USAGE unless it is a whole number, zero or more */
  count(name: string): number | undefined;
  /** @throws ReeveError USAGE unless it is one of the choices */
  choice<const T extends string>(name: string, choices: readonly T[]): T | undefined;
}

/** Wraps what the argument parser found; names are in camel case, as it gives them. */
export function createOptions(values: Readonly<Record<string, unknown>>): Options {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    value: (name) => values[name],
    flag: (name) => values[name] === true,
    text,
    texts: (name) => {
      const value = values[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
    required: (name) => {
      const value = text(name);
      if (value === undefined) throw usage(`${flagOf(name)} is required.`);
      return value;
    },
    count: (name) => {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^\d{1,15}$/.test(value)) throw usage(`${flagOf(name)} must be a whole number, zero or more.`);
      return Number(value);
    },
    choice: (name, choices) => {
      const value = text(name);
      if (value === undefined) return undefined;
      const found = choices.find((choice) => choice === value);
      if (found === undefined) throw usage(`${flagOf(name)} must be one of: ${choices.join(', ')}.`);
      return found;
    },
  };
}

/** A mistake in how the program was called. */
export function usage(message: string, hint = 'See the help of this verb: add --help.'): ReeveError {
  return new ReeveError('USAGE', message, { hint });
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
