const DAY_SECONDS = 86_400;

/** Days from 1970-01-01 to a day of the Gregorian calendar. */
function daysTo(year: number, month: number, day: number): number {
  // A year that begins in March has its leap day last.
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leaps = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leaps + dayOfYear - 719_468;
}

/** `YYYYMMDDHHmmSS` in UTC, or seconds since 1970: RFC 4034 §3.2; undefined when it is neither, or after 2106. */
export function parseDate(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (parts === null) return /^\d{1,10}$/.test(text) ? bounded(Number(text)) : undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const days = daysTo(year, month, day);
  // A day that the calendar does not have comes back as another.
  const seconds = days * DAY_SECONDS + hour * 3_600 + minute * 60 + second;
  if (bounded(seconds) === undefined || formatDate(seconds) !== text) return undefined;
  return seconds;
}

function bounded(seconds: number): number | undefined {
  return seconds >= 0 && seconds <= 0xffff_ffff ? seconds : undefined;
}

/** `YYYYMMDDHHmmSS` of seconds since 1970. */
export function formatDate(seconds: number): string {
  const days = Math.floor(seconds / DAY_SECONDS);
  let year = 1970 + Math.floor(days / 365.2425);
  while (daysTo(year, 1, 1) > days) year--;
  while (daysTo(year + 1, 1, 1) <= days) year++;
  let month = 12;
  while (daysTo(year, month, 1) > days) month--;
  const day = days - daysTo(year, month, 1) + 1;
  const rest = seconds - days * DAY_SECONDS;
  const parts = [month, day, Math.floor(rest / 3_600), Math.floor(rest / 60) % 60, rest % 60];
  return `${year}${parts.map((part) => String(part).padStart(2, '0')).join('')}`;
}
