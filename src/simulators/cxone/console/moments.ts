const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const clockWithSeconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const day = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
});
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Shows a moment in a list: the time today, the day before that. */
export function shortMoment(iso: string): string {
  const moment = new Date(iso);
  const isToday = moment.toDateString() === new Date().toDateString();
  return (isToday ? clock : day).format(moment);
}

/** Shows the time of a moment to the second. */
export const timeOf = (iso: string): string => clockWithSeconds.format(new Date(iso));

/** Shows the day of a moment. */
export const dayOf = (iso: string): string => day.format(new Date(iso));

/** Shows a moment in full. */
export const fullMoment = (iso: string): string => whole.format(new Date(iso));
