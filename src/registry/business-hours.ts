/** When the people of a project work: its sync-config before its client, before what is usual. */
import type { BusinessHours } from "../core/due.ts";
import type { ClientFile } from "./client-schema.ts";
import type { SyncConfig } from "./sync-config-schema.ts";

const USUAL = { from: "09:00", to: "18:00", days: ["mon", "tue", "wed", "thu", "fri"] } as const;
/** Asked once: Node takes as long for it as for reading a project's files. */
const OWN_TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Where nobody names a time zone, this machine's. */
export function businessHoursOf(
  client: Pick<ClientFile, "business_hours"> | null,
  schedule?: Pick<SyncConfig["schedule"], "timezone" | "business_hours">,
): BusinessHours {
  const [own, shared] = [schedule?.business_hours, client?.business_hours];
  return {
    timezone: schedule?.timezone ?? shared?.timezone ?? OWN_TIME_ZONE,
    from: own?.from ?? shared?.from ?? USUAL.from,
    to: own?.to ?? shared?.to ?? USUAL.to,
    days: own?.days ?? shared?.days ?? USUAL.days,
    holidays: shared?.holidays ?? [],
  };
}
