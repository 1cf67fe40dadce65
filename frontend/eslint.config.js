import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "dist"] },
  ...tseslint.configs.strict,
  {
    files: ["**/*.ts"],
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "no-console": "error",
      "no-restricted-globals": ["error", "fetch"],
      "prefer-const": "error",
    },
  },
  { files: ["src/api/client.ts", "src/map/basemap.ts", "src/phone/call.ts"], rules: { "no-restricted-globals": "off" } },
  { files: ["scripts/**"], rules: { "no-console": "off" } },
);
