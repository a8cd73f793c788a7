//! Text as HTML, for clients of the stock that show nothing else: a comment's, and a ticket's description.
//!
//! **Invariant:** nothing that somebody wrote becomes markup.

/// Paragraphs and line breaks; everything else as it was written.
pub(super) fn html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    let text = text.replace("\r\n", "\n");
    let paragraphs = text.split("\n\n").map(|one| one.trim_matches('\n'));
    for paragraph in paragraphs.filter(|one| !one.is_empty()) {
        html.push_str("<p>");
        for character in paragraph.chars() {
            match character {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                '\n' => html.push_str("<br>"),
                other => html.push(other),
            }
        }
        html.push_str("</p>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_paragraphs_stay_and_markup_does_not() {
        assert_eq!(html("One\ntwo\r\n\r\n\nthree"), "<p>One<br>two</p><p>three</p>");
        assert_eq!(
            html("<script>alert('x')</script> & \"y\""),
            "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;</p>"
        );
        assert_eq!(html(""), "");
    }
}
