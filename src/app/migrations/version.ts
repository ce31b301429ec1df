// The schema that this application was written for: the number of its newest migration. It checks, it never migrates.

export const schemaVersion = 2;
