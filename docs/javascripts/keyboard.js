// What scrolls to the side can be reached by keyboard, and landmarks of one kind have names of their own.
function reach() {
  for (const element of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset pre > code, .formula")) {
    if (element.scrollWidth > element.clientWidth) element.tabIndex = 0
    else element.removeAttribute("tabindex")
  }
  document.querySelectorAll(".md-code__nav").forEach((element, i) => element.setAttribute("aria-label", `Code ${i + 1}`))
}
addEventListener("load", reach)
addEventListener("resize", reach)
