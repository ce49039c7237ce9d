/** How Go prints and reads the numbers and times of a SOPS file. */

const EXPONENTIAL = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** Sign, digits and the power of ten of the first digit: the fewest digits that read back as the same number. */
function shortest(number: number): { readonly sign: string; readonly digits: string; readonly exponent: number } {
  const [, sign = '', first = '0', rest = '', exponent = '0'] = EXPONENTIAL.exec(number.toExponential()) ?? [];
  return { sign: Object.is(number, -0) ? '-' : sign, digits: first + rest, exponent: Number(exponent) };
}

/**
 * A float as SOPS encrypts and hashes it: Go's `FormatFloat(x, 'f', -1, 64)`.
 * @returns digits without exponent: `1e21` → `1000000000000000000000`, `1.50` → `1.5`, `-0.0` → `-0`; `+Inf`, `-Inf`, `NaN`
 */
export function floatText(number: number): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? 'NaN' : number > 0 ? '+Inf' : '-Inf';
  const { sign, digits, exponent } = shortest(number);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return sign + (fraction === '' ? whole : `${whole}.${fraction}`);
}

const FLOAT_TEXT = /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i;
const SPECIAL_FLOATS: ReadonlyMap<string, string> = new Map([
  ['inf', '+Inf'],
  ['+inf', '+Inf'],
  ['-inf', '-Inf'],
  ['nan', 'NaN'],
]);

/** Reads what `floatText` or another SOPS wrote, into `floatText`'s form; null when it is no float. */
export function readFloatText(text: string): string | null {
  const special = SPECIAL_FLOATS.get(text.toLowerCase());
  if (special !== undefined) return special;
  return FLOAT_TEXT.test(text) && Number.isFinite(Number(text)) ? floatText(Number(text)) : null;
}

const YAML_NAMES: ReadonlyMap<string, string> = new Map([
  ['+Inf', '.inf'],
  ['-Inf', '-.inf'],
  ['NaN', '.nan'],
]);

/** A float as go-yaml prints it: Go's `FormatFloat(x, 'g', -1, 64)`, with YAML's names for what is no number. */
export function floatYaml(text: string): string {
  const name = YAML_NAMES.get(text);
  if (name !== undefined) return name;
  const { sign, digits, exponent } = shortest(Number(text));
  // For the shortest form Go compares with a precision of 6: 100000.5, but 1.0000005e+06.
  if (exponent >= -4 && exponent < 6) return text;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
}

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

/** Decimal text of an int64, or null when it is none or out of range. */
export function readIntText(text: string): string | null {
  if (!/^[-+]?\d+$/.test(text)) return null;
  const int = BigInt(text.replace('+', ''));
  return int >= MIN_INT && int <= MAX_INT ? String(int) : null;
}

const DATE = /^(\d{4})-(\d\d?)-(\d\d?)(.*)$/;
/** What go-yaml takes for a time behind a date: nothing, `T` or `t` and a zone, or a space and no zone. */
const CLOCKS: readonly RegExp[] = [
  /^()()()()()$/,
  /^[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)$/,
  /^ (\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?()$/,
];

/** A time in RFC 3339 as Go prints it, from any layout that go-yaml takes for one; null when it is none. */
export function timeText(text: string): string | null {
  const [, year = '', month = '', day = '', rest = ''] = DATE.exec(text) ?? [];
  const clock = clockText(rest);
  if (clock === null || !isDay(Number(year), Number(month), Number(day))) return null;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${clock}`;
}

/** @returns `03:04:05.5Z`: as many digits of the second as are needed, at most nine */
function clockText(text: string): string | null {
  const match = CLOCKS.map((clock) => clock.exec(text)).find((found) => found !== null);
  if (!match) return null;
  const [hour, minute, second] = match.slice(1, 4).map(Number);
  const [fraction = '', zone = ''] = match.slice(4);
  if (!isClock(hour, minute, second) || !isZone(zone)) return null;
  const digits = fraction.slice(0, 9).replace(/0+$/, '');
  const pad = (number = 0): string => String(number).padStart(2, '0');
  const time = [hour, minute, second].map(pad).join(':');
  return `${time}${digits === '' ? '' : `.${digits}`}${/^([-+]00:00)?$/.test(zone) ? 'Z' : zone}`;
}

function isDay(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}

function isClock(hour = 0, minute = 0, second = 0): boolean {
  return hour < 24 && minute < 60 && second < 60;
}

function isZone(zone: string): boolean {
  const [hour = 0, minute = 0] = /\d/.test(zone) ? zone.slice(1).split(':').map(Number) : [];
  return isClock(hour, minute);
}
