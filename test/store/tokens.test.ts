import { expect, test } from "vitest";
import { onSharedHomes } from "./homes.ts";

const lease = (holder: string, now: number, ms = 1_000) => ({ holder, now, until: now + ms });

onSharedHomes("tokens that expire", (home) => {
  test("are renewed by one at a time, and others see what that one kept", async () => {
    const [{ store }, other, grant] = [home, await home.another(), home.fresh()];
    expect(await store.token(grant)).toBeNull();
    expect(await store.leaseToken(grant, lease("a", 100))).toEqual({ generation: 0, sealed: null });
    expect(await other.leaseToken(grant, lease("b", 1_099))).toBeNull();
    expect(await store.keepToken(grant, "a", "sealed-1")).toEqual({ generation: 1, sealed: "sealed-1" });
    expect(await other.token(grant)).toEqual({ generation: 1, sealed: "sealed-1" });
    expect(await other.leaseToken(grant, lease("b", 1_099))).toEqual({ generation: 1, sealed: "sealed-1" });
    expect(await other.keepToken(grant, "b", "sealed-2")).toEqual({ generation: 2, sealed: "sealed-2" });
  });

  test("are let go by who could not renew them, and by nobody else", async () => {
    const [{ store }, grant] = [home, home.fresh()];
    await store.leaseToken(grant, lease("a", 0));
    await store.releaseToken(grant, "b");
    expect(await store.leaseToken(grant, lease("b", 1))).toBeNull();
    await store.releaseToken(grant, "a");
    expect(await store.leaseToken(grant, lease("b", 1))).not.toBeNull();
  });

  test("pass to the next one when the lease of who was killed runs out; what comes too late is not kept", async () => {
    const [{ store }, other, grant] = [home, await home.another(), home.fresh()];
    await store.leaseToken(grant, lease("killed", 0));
    expect(await other.leaseToken(grant, lease("next", 999))).toBeNull();
    expect(await other.leaseToken(grant, lease("next", 1_000))).toEqual({ generation: 0, sealed: null });
    expect(await store.keepToken(grant, "killed", "late")).toBeNull();
    await store.releaseToken(grant, "killed");
    expect(await other.keepToken(grant, "next", "sealed")).toEqual({ generation: 1, sealed: "sealed" });
    expect(await store.keepToken(grant, "killed", "late")).toBeNull();
    expect(await store.token(grant)).toEqual({ generation: 1, sealed: "sealed" });
  });

  test("are leased to exactly one of many who ask at the same moment", async () => {
    const grant = home.fresh();
    const stores = await Promise.all(Array.from({ length: 4 }, () => home.another()));
    const asked = stores.flatMap((store, n) => [1, 2, 3].map((m) => store.leaseToken(grant, lease(`${n}.${m}`, 0))));
    expect((await Promise.all(asked)).filter((row) => row !== null)).toHaveLength(1);
  });
});
