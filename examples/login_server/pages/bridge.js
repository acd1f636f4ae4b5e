// The provider left its answer behind the "#", which the browser does not send: this sends it, to this very page's
// address, and takes it out of the address bar and the history first.
"use strict";

const answer = [...new URLSearchParams(location.hash.slice(1))];
history.replaceState(null, "", location.pathname);

if (answer.length === 0) {
    document.getElementById("nothing").hidden = false;
} else {
    document.getElementById("waiting").hidden = false;
    const form = document.getElementById("answer");
    for (const [name, value] of answer) {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = value;
        form.append(field);
    }
    HTMLFormElement.prototype.submit.call(form);  // a field named "submit" would hide the form's own
}
