// What people do all day, one after the other on the same page, each ending as it began.
const press =
  (...keys) =>
  async (page) => {
    for (const key of keys) await page.keyboard.press(key);
  };

export const interactions = [
  {
    name: "go to a card",
    act: async (page) => {
      await page.locator("#tasks").focus();
      await press("j", "j", "j")(page);
    },
  },
  { name: "complete it", act: press("c") },
  { name: "undo", act: press("u") },
  { name: "open and close it", act: press("j", "Enter", "Escape") },
  {
    name: "search",
    act: async (page) => {
      await page.keyboard.press("/");
      await page.keyboard.type("task 77", { delay: 80 });
      await press("Escape", "Escape")(page);
    },
  },
  { name: "to the list", act: press("v") },
  { name: "sort by title", act: (page) => page.getByRole("button", { name: "Title" }).click() },
  { name: "back to the columns", act: press("v") },
  {
    name: "add",
    act: async (page) => {
      await page.keyboard.press("n");
      await page.keyboard.type("one more !2", { delay: 40 });
      await press("Enter", "Escape")(page);
    },
  },
];
