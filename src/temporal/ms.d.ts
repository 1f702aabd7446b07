// `ms` ships no types through its exports, which would silently turn Temporal's Duration into `any`.
declare module "ms" {
  type Unit =
    | "ms"
    | "s"
    | "m"
    | "h"
    | "d"
    | "second"
    | "seconds"
    | "minute"
    | "minutes"
    | "hour"
    | "hours"
    | "day"
    | "days";
  export type StringValue = `${number}` | `${number}${Unit}` | `${number} ${Unit}`;
}
