/** Who was reminded twice was told of it as of something that waits too long. */
export function remindedInWords(reminders: number): string {
  if (reminders === 1) return "reminded once";
  return `reminded ${reminders === 2 ? "twice" : `${reminders} times`}, escalated`;
}
