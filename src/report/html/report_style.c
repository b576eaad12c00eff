/* What the page looks like: as a sheet of paper, by day and by night, on small screens and in print. Colours
   of curves can be told apart by eyes of every kind (after M. Okabe and K. Ito, Color Universal Design, 2008)
   and have a contrast of at least 4.5 to what they stand on. */
#include "report/html/report.h"

const char *const plx_report_style[] = {
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1c2024;--soft:#5a636d;--rule:#d5dae0;--wash:#f4f6f8;"
    "--link:#0a58a6;--warn:#fdf3d8;--warn-ink:#674a00;--s0:#0b62b5;--s1:#b8480a;--s2:#00735a;--s3:#9c3586;"
    "--s4:#766000;--s5:#50565e;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans "
    "Mono',monospace}\n",
    "@media (prefers-color-scheme:dark){:root{--paper:#15181b;--ink:#e3e6e9;--soft:#a2aab3;--rule:#363c43;"
    "--wash:#1d2125;--link:#84bdff;--warn:#372c0c;--warn-ink:#f1d68a;--s0:#6cb2ff;--s1:#ff9d61;--s2:#42c9a2;"
    "--s3:#e690d6;--s4:#d8be4c;--s5:#b4bbc4}}\n",
    "*{box-sizing:border-box}\n", "html{-webkit-text-size-adjust:100%;scroll-padding-top:3.5rem}\n",
    "body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',"
    "Roboto,'Helvetica Neue','Noto Sans','DejaVu Sans',sans-serif;font-variant-numeric:tabular-nums}\n",
    "header,main,footer{max-width:64rem;margin:0 auto;padding:0 1.25rem}\n",
    "header{padding-top:2.25rem;padding-bottom:.5rem}\n",
    "h1{font-size:1.7rem;line-height:1.2;font-weight:650;letter-spacing:-.015em;margin:0 0 .4rem;"
    "overflow-wrap:anywhere}\n",
    "h2{font-size:1.15rem;line-height:1.3;font-weight:650;margin:0 0 .75rem;padding-top:1rem;"
    "border-top:1px solid var(--rule)}\n",
    "h3{font-size:1rem;font-weight:650;margin:1.5rem 0 .5rem}\n", "section{margin:2.25rem 0}\n",
    "p{margin:.5rem 0;max-width:46rem}p,li,figcaption{overflow-wrap:anywhere}\n",
    ".soft,figcaption,caption{color:var(--soft)}\n",
    "a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}\n",
    "code,.mono{font-family:var(--mono);font-size:.88em;overflow-wrap:anywhere}\n",
    "nav{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--rule)}\n",
    "nav ul{max-width:64rem;margin:0 auto;padding:.55rem 1.25rem;display:flex;flex-wrap:wrap;gap:.1rem "
    "1.1rem;list-style:none;"
    "overflow-x:auto;white-space:nowrap;font-size:.87rem;scrollbar-width:thin}\n",
    "nav a{color:var(--soft);text-decoration:none}nav a:hover,nav a:focus{color:var(--ink);"
    "text-decoration:underline}\n",
    /* Tables scroll by themselves. */
    ".box{overflow-x:auto;margin:.75rem 0}\n",
    "table{border-collapse:separate;border-spacing:0;font-size:.9rem;line-height:1.4}\n",
    "th,td{padding:.28rem .9rem .28rem 0;text-align:left;vertical-align:baseline;border-bottom:1px solid "
    "var(--rule)}\n",
    "th{font-weight:600}thead th{color:var(--soft);font-weight:500;border-bottom-color:var(--soft);"
    "vertical-align:bottom}tbody th{font-weight:500;white-space:nowrap}\n",
    "th:last-child,td:last-child{padding-right:0}tr>th:first-child{position:sticky;left:0;"
    "background:var(--paper) padding-box}\n",
    ".num{text-align:right;white-space:nowrap}th.name{white-space:normal;min-width:6rem;max-width:12rem;"
    "overflow-wrap:anywhere}\n",
    "td small{display:block;color:var(--soft);font-size:.84em;white-space:nowrap}\n",
    ".pair{display:flex;flex-wrap:wrap;gap:0 4rem}.pair>div{max-width:100%;flex:0 1 auto}.pair "
    "p{max-width:30rem}\n",
    "td.num.soft small{display:inline;font-size:.93em}\n",
    "td.wide{min-width:16rem}td.verdict{min-width:10rem}td.value{overflow-wrap:anywhere}td.value,th.value{"
    "min-width:7rem}\n",
    "tr.differs td.value{background:var(--warn);color:var(--warn-ink)}\n",
    "td.bar{min-width:6rem;width:9rem}td.bar svg{display:block;width:100%;height:.7rem}"
    "td.bar rect{fill:var(--s0)}td.bar "
    ".tokens-share{fill:var(--soft);opacity:.55}.swatch{white-space:nowrap}.swatch::before{content:'';"
    "display:inline-block;width:.7em;height:.45em;margin-right:.3em;background:var(--s0)}.swatch.soft::"
    "before{"
    "background:var(--soft);opacity:.55}\n",
    ".exact{cursor:help}\n",
    /* The first number of all. */
    ".head{display:flex;flex-wrap:wrap;gap:.6rem 2.6rem;margin:.25rem 0 1.25rem;padding:0;list-style:none}"
    ".head li{min-width:7rem}.head li>*{display:block}.head span,.head "
    "small{color:var(--soft);font-size:.84rem}"
    ".head strong{font-size:1.25rem;font-weight:600;line-height:1.3}.head li:first-child "
    "strong{font-size:2rem}"
    ".head strong span{color:inherit;font-size:inherit}\n",
    ".note{background:var(--warn);color:var(--warn-ink);padding:.6rem .9rem;margin:.75rem 0;max-width:46rem;"
    "border-left:3px solid}.note p{margin:.2rem 0}.note a{color:inherit}\n",
    "ul.plain{list-style:none;padding:0;margin:.5rem 0}\n",
    ".hidden{outline:1px solid;outline-offset:-1px;border-radius:2px;padding:0 .2em;"
    "font:.75em var(--mono)}\n",
    ".key{display:inline-block;min-width:1.35em;padding:0 .3em;border-radius:3px;text-align:center;"
    "font-size:.82em;color:var(--paper);background:var(--c)}\n",
    "summary{cursor:pointer;color:var(--soft);font-size:.87rem}\n",
    /* Charts. */
    ".s0{--c:var(--s0)}.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}"
    ".s5{--c:var(--s5)}\n",
    ".chart{margin:1rem 0}.chart figcaption{font-size:.87rem;max-width:46rem;margin:.25rem 0 .4rem}\n",
    ".plot{display:block;overflow:visible;height:15rem;width:calc(100% - 6.5rem);margin:2.2rem 3.25rem "
    "3.2rem;"
    "color:var(--ink)}.plot.square{width:15rem}\n",
    ".plot text{font-size:12px;fill:var(--soft)}.grid line{stroke:var(--rule);stroke-width:1;"
    "shape-rendering:crispEdges}.ty{text-anchor:end}.tx{text-anchor:middle}.lx{text-anchor:end}\n",
    ".whole{overflow:visible}.line{fill:none;stroke:var(--c);stroke-width:1.6;stroke-linejoin:round}"
    ".more.line{stroke-dasharray:5 3}.band{fill:var(--c);opacity:.16}\n",
    ".plot .level{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 3;fill:none}.plot line.level.s0,"
    ".plot line.level.s1,.plot line.level.s2,.plot line.level.s3,.plot line.level.s4,.plot line.level.s5{"
    "stroke:var(--c)}.plot .level.dotted{stroke-dasharray:1.5 3;stroke-width:1.6}.plot "
    "text.level{stroke:var(--paper);stroke-width:4px;stroke-dasharray:none;paint-order:stroke;fill:var(--"
    "soft)}"
    ".plot text.before{text-anchor:end}.plot "
    "text.end{fill:var(--c);font-weight:650}"
    "\n",
    ".hit{fill:transparent}.mark{fill:var(--c);opacity:0}.dot .mark,.pt:hover .mark{opacity:1}"
    ".plot text.value{visibility:hidden;text-anchor:middle;fill:var(--ink);font-weight:600;"
    "paint-order:stroke;stroke:var(--paper);stroke-width:4px;pointer-events:none}.pt:hover .value{"
    "visibility:visible}.plot .value.left{text-anchor:start}.plot .value.right{text-anchor:end}\n",
    ".legend{display:flex;flex-wrap:wrap;gap:.25rem 1.4rem;list-style:none;padding:0;margin:.5rem 0;"
    "font-size:.87rem}\n",
    /* Tokens with what stands around them. */
    ".tokens{font-family:var(--mono);font-size:.84rem;line-height:1.6}.tokens "
    "mark{background:none;color:inherit;"
    "font-weight:700;box-shadow:inset 0 -2px var(--s1)}.tokens "
    "bdi{white-space:pre-wrap}td.tokens,td.cut{overflow-wrap:anywhere}\n",
    "footer{color:var(--soft);font-size:.84rem;padding-top:1rem;padding-bottom:3rem}\n",
    "@media (max-width:34rem){.odd{display:none}header,main,footer{padding-left:.9rem;padding-right:.9rem}"
    "nav ul{padding-left:.9rem;flex-wrap:nowrap}.pair{gap:0}body{font-size:14.5px}}\n",
    "@media "
    "print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--rule:#bbb;--wash:#fff;--link:#000;"
    "--warn:#fff;--warn-ink:#000;--s0:#0b62b5;--s1:#b8480a;--s2:#00735a;--s3:#9c3586;--s4:#766000;--s5:#"
    "50565e}"
    "body{font-size:9.5pt}table{font-size:8.5pt}.tokens{font-size:7.5pt}.pair{gap:0 2rem}nav,.chart "
    "details{display:none}.box{overflow:visible}tr,figure,.note,h2,h3{"
    "break-inside:avoid}h2,h3{break-after:avoid}td,th{white-space:normal}td.value,td.wide{min-width:0}"
    ".key,td.bar "
    "svg,.band{-webkit-print-color-adjust:exact;print-color-adjust:exact}a{text-decoration:none}}\n",
    NULL};
