/** The one style sheet of all pages: readable without it, one column on a phone, visible focus, contrast of 4.5 and more. */
export const style = `
:root{color-scheme:light dark;--ink:#1b2430;--soft:#4a5665;--line:#8a96a3;--edge:#d5dae0;--paper:#fff;--ground:#f3f5f7;--main:#0b5cad;--on-main:#fff;--bad:#a4161a;--good:#1a6b34}
@media (prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#b3bfcc;--line:#7d8a98;--edge:#3a4653;--paper:#1a222c;--ground:#10161d;--main:#8cc2ff;--on-main:#0b1a2b;--bad:#ff9d9d;--good:#7fd99a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.5 system-ui,sans-serif}
header,main,footer{max-width:40rem;margin:0 auto;padding:1rem}
header{font-weight:600;color:var(--soft)}
main{background:var(--paper);border-radius:.5rem}
@media (min-width:44rem){main{padding:1.5rem 2rem;margin-top:1rem}}
footer{color:var(--soft);font-size:.9375rem}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 1rem}
h2{font-size:1.1875rem;margin:1.5rem 0 .5rem}
a{color:var(--main)}
code{overflow-wrap:anywhere}
ul,ol{padding-left:1.25rem}
ul.plain{list-style:none;padding:0}
ul.plain>li{border-top:1px solid var(--edge);padding:.75rem 0}
label{display:block;margin:.75rem 0 .25rem;font-weight:600}
label.choice{display:flex;gap:.75rem;align-items:flex-start;font-weight:400;margin:.5rem 0;min-height:2.75rem}
label.choice input{width:1.375rem;height:1.375rem;flex:none;margin:.125rem 0 0}
fieldset{border:1px solid var(--edge);border-radius:.375rem;margin:0 0 1rem;padding:.5rem 1rem}
legend{font-weight:600;padding:0 .25rem}
fieldset fieldset{border:0;margin:0 0 0 2.125rem;padding:0}
input[type=email],input[type=password],input[type=text],input[type=url],input[type=file],select{width:100%;font:inherit;padding:.625rem;border:1px solid var(--line);border-radius:.375rem}
input[type=file]{padding:2rem 1rem;border-style:dashed;background:var(--ground);color:var(--ink)}
button,a.button{display:inline-block;font:inherit;font-weight:600;padding:.625rem 1.25rem;min-height:2.75rem;border:1px solid var(--main);border-radius:.375rem;background:var(--main);color:var(--on-main);text-decoration:none;cursor:pointer}
button.second{background:var(--paper);color:var(--main)}
:focus-visible{outline:3px solid var(--main);outline-offset:2px}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.25rem 0 .5rem}
.bad{color:var(--bad);border-left:4px solid var(--bad);padding:.25rem .75rem;margin:0 0 1rem}
.soft{color:var(--soft)}
.good{color:var(--good)}
strong.bad{border:0;padding:0;margin:0}
dl{margin:0}dl>div{display:flex;flex-wrap:wrap;gap:0 1rem;border-top:1px solid var(--edge);padding:.375rem 0}dt{flex:0 0 8rem;color:var(--soft)}dd{margin:0;flex:1 1 12rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.375rem .5rem .375rem 0;border-bottom:1px solid var(--edge)}
`.replaceAll("\n", "");
