/** Languages of code blocks. Notion knows a fixed list and its own names; whatever else it is given becomes plain text. */

/** `LanguageRequest` of @notionhq/client 5.26, one a comma. */
const KNOWN = new Set(
  (
    "abap,abc,agda,arduino,ascii art,assembly,bash,basic,bnf,c,c#,c++,clojure,coffeescript,coq,css,dart,dhall,diff,docker,ebnf," +
    "elixir,elm,erlang,f#,flow,fortran,gherkin,glsl,go,graphql,groovy,haskell,hcl,html,idris,java,javascript,json,julia,kotlin," +
    "latex,less,lisp,livescript,llvm ir,lua,makefile,markdown,markup,matlab,mathematica,mermaid,nix,notion formula,objective-c," +
    "ocaml,pascal,perl,php,powershell,prolog,protobuf,purescript,python,r,racket,reason,ruby,rust,sass,scala,scheme,scss,shell," +
    "smalltalk,solidity,sql,swift,toml,typescript,vb.net,verilog,vhdl,visual basic,webassembly,xml,yaml,java/c/c++/c#"
  ).split(","),
);

const ALIASES: Readonly<Record<string, string>> = {
  ts: "typescript",
  tsx: "typescript",
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  py: "python",
  rb: "ruby",
  rs: "rust",
  golang: "go",
  kt: "kotlin",
  cs: "c#",
  csharp: "c#",
  cpp: "c++",
  sh: "shell",
  zsh: "shell",
  console: "shell",
  yml: "yaml",
  md: "markdown",
  dockerfile: "docker",
  make: "makefile",
  tex: "latex",
  proto: "protobuf",
  tf: "hcl",
  feature: "gherkin",
};

/** A language by the name that Notion keeps; null for plain text, and for what it does not know. */
export function notionLanguage(language: string | null | undefined): string | null {
  const name = (language ?? "").trim().toLowerCase();
  const own = ALIASES[name] ?? name;
  return KNOWN.has(own) ? own : null;
}
