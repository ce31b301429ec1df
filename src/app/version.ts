// The version of the package, for an application that runs as one file far from package.json; a test keeps the two equal.
export const appVersion = "0.1.0";
