//! A Markdown text: what it links to, and what can be linked to in it.

use pulldown_cmark::{BrokenLink, Event, LinkType, Options, Parser, Tag, TagEnd};
use std::cell::RefCell;
use std::collections::HashSet;

pub(crate) struct Page {
    /// With their lines, counted from 1.
    pub(crate) links: Vec<(usize, String)>,
    /// Labels that are used and have no definition.
    pub(crate) undefined: Vec<(usize, String)>,
    /// Of headings, as the usual renderers name them, and those that are given by hand.
    pub(crate) anchors: HashSet<String>,
}

impl Page {
    pub(crate) fn new(text: &str) -> Page {
        let line = |at: usize| text[..at].matches('\n').count() + 1;
        let undefined = RefCell::new(Vec::new());
        let broken = |link: BrokenLink<'_>| {
            // `[a][b]` means to be a link; `[a]` by itself may mean no more than brackets.
            if link.link_type == LinkType::Reference {
                undefined.borrow_mut().push((line(link.span.start), link.reference.to_string()));
            }
            None
        };
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES;
        let parser = Parser::new_with_broken_link_callback(text, options, Some(broken));
        // All definitions, whether they are used or not.
        let definitions = parser.reference_definitions().iter();
        let mut links: Vec<(usize, String)> =
            definitions.map(|(_, link)| (line(link.span.start), link.dest.to_string())).collect();
        let mut headings = Vec::new();
        let mut anchors = HashSet::new();
        let mut heading = None;
        for (event, span) in parser.into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => headings.extend(heading.take()),
                Event::Text(text) | Event::Code(text) => heading.iter_mut().for_each(|words| *words += &text),
                Event::Start(
                    Tag::Link { link_type: LinkType::Inline, dest_url, .. }
                    | Tag::Image { link_type: LinkType::Inline, dest_url, .. },
                ) => links.push((line(span.start), dest_url.to_string())),
                Event::Html(html) | Event::InlineHtml(html) => {
                    let values = |name| values(&html, name);
                    links.extend(
                        values("href").chain(values("src")).map(|to| (line(span.start), to.to_owned())),
                    );
                    anchors.extend(values("id").chain(values("name")).map(str::to_owned));
                }
                _ => (),
            }
        }
        for heading in headings {
            let name = anchor(&heading);
            let numbered = (1..).map(|n| format!("{name}-{n}"));
            let free = std::iter::once(name.clone()).chain(numbered).find(|name| !anchors.contains(name));
            anchors.extend(free);
        }
        links.sort_unstable();
        Page { links, undefined: undefined.into_inner(), anchors }
    }
}

/// What GitHub and mdBook call the place of this heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

/// Those of the attribute `name`, in quotes.
fn values<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    html.match_indices(name).filter_map(move |(at, _)| {
        let value = html[at + name.len()..].strip_prefix("=\"")?;
        value.split_once('"').map(|(value, _)| value).filter(|_| html[..at].ends_with([' ', '\n']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_names() {
        let page = Page::new("# Why `f(x)` waits\n\n## Twice\n\n## Twice\n\n<a id=\"by-hand\"></a>\n");
        for name in ["why-fx-waits", "twice", "twice-1", "by-hand"] {
            assert!(page.anchors.contains(name), "{name}: {:?}", page.anchors);
        }
        assert_eq!(page.anchors.len(), 4);
    }

    #[test]
    fn links_have_lines() {
        let page = Page::new("a [b](c)\nd ![e](f)\n\n<img src=\"g.svg\"> text\n\n[h]: i\n");
        let expected = [(1, "c"), (2, "f"), (4, "g.svg"), (6, "i")];
        assert_eq!(page.links, expected.map(|(line, to)| (line, to.to_owned())));
    }
}
