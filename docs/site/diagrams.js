// A diagram is as high as its width has it: without this, one that is narrower than drawn keeps its height.
const mermaidAPI = mermaid.mermaidAPI;
mermaid.mermaidAPI = {
  ...mermaidAPI,
  render: (id, text, drawn) => mermaidAPI.render(id, text, svg => drawn(svg.replace(/ height="[\d.]+"/, ""))),
};
