/** A decimal of any size, exactly: `digits` times ten to the `exponent`. */
export interface Decimal {
	readonly digits: bigint;
	readonly exponent: number;
}

/** Reads a number as JSON and searches write it. @returns undefined when it is none */
export function decimalOf(text: string): Decimal | undefined {
	const found = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
	if (found === null) return undefined;
	const [, sign, whole = "", fraction = "", exponent = "0"] = found;
	const digits = BigInt(whole + fraction);
	return { digits: sign === "-" ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

/** The sum. Only for numbers whose exponents are not far apart, as those of one search value. */
export function plus(one: Decimal, other: Decimal): Decimal {
	const exponent = Math.min(one.exponent, other.exponent);
	return { digits: scaled(one, exponent) + scaled(other, exponent), exponent };
}

export function negative({ digits, exponent }: Decimal): Decimal {
	return { digits: -digits, exponent };
}

/** A tenth. */
export function tenth({ digits, exponent }: Decimal): Decimal {
	return { digits, exponent: exponent - 1 };
}

/** Below 0, 0 or above as `one` is less than, equal to or greater than `other`; costs no more than their digits, whatever their exponents. */
export function compareDecimals(one: Decimal, other: Decimal): number {
	const sign = signOf(one);
	if (sign !== signOf(other)) return sign - signOf(other);
	if (sign === 0) return 0;
	const magnitude = magnitudeOf(one) - magnitudeOf(other);
	if (magnitude !== 0) return sign * magnitude;
	// Of equal magnitude, so that the exponents differ by no more than the numbers of digits.
	const exponent = Math.min(one.exponent, other.exponent);
	const difference = scaled(one, exponent) - scaled(other, exponent);
	return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}

function signOf({ digits }: Decimal): number {
	return digits === 0n ? 0 : digits > 0n ? 1 : -1;
}

/** How many places before the point. */
function magnitudeOf({ digits, exponent }: Decimal): number {
	return (digits < 0n ? -digits : digits).toString().length + exponent;
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
	return digits * 10n ** BigInt(exponent - to);
}
