// The page's address as what is shown, and how it is changed: a step that a person would go back from is pushed, typing is not.
import { useSyncExternalStore } from "react";
import { type Address, formatAddress, type Layout, parseAddress } from "../view/address.ts";

export interface AddressChange extends Partial<Address> {}

let parsed = { query: "", address: parseAddress("") };

export function useAddress(): Address {
  return useSyncExternalStore(listen, currentAddress);
}

export function currentAddress(): Address {
  if (parsed.query !== location.search) parsed = { query: location.search, address: parseAddress(location.search) };
  return parsed.address;
}

/** Goes where the address differs from the present one by `change`. */
export function go(change: AddressChange, how: "push" | "replace" = "push"): void {
  const path = formatAddress({ ...currentAddress(), ...change });
  if (path === `${location.pathname}${location.search}`) return;
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}

let tasksLayout: Layout = "columns";

/** To the statistics, and back to the layout that was there before. */
export function toggleStats(): void {
  const { layout } = currentAddress();
  if (layout !== "stats") tasksLayout = layout;
  go({ layout: layout === "stats" ? tasksLayout : "stats" });
}

function listen(onChange: () => void): () => void {
  addEventListener("popstate", onChange);
  return () => removeEventListener("popstate", onChange);
}
