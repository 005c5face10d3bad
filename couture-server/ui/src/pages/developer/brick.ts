/** Whether a brick hands the variable `dag` to its tasks. */
export const needsDag = (code: string): boolean => /\bdag\s*=\s*dag\b/.test(code);

/** Whether a file has a variable `dag`. */
export const namesDag = (text: string): boolean => /^[ \t]*dag\s*=|\bas\s+dag\b|\bimport\b.*\bdag\b/m.test(text);
