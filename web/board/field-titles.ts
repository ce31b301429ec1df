// What the fields of a task are called on the board.
export const fieldTitles = {
  title: "Title",
  description: "Description",
  status: "Status",
  priority: "Priority",
  due_date: "Due",
  project_id: "Project",
  assigned_to: "Assigned to",
} as const;
