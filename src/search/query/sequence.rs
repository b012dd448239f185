//! Parts and operators in the order they were typed become one query.

use super::Query;
use super::chars::Operator;

/// What a stretch of the query says: what to find, and what to leave out.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// What to find.
    pub(crate) find: Option<Query>,
    /// What to leave out, when that could not be put beside something to find.
    pub(crate) without: Vec<Query>,
}

impl Group {
    /// One thing to find.
    pub(crate) fn of(query: Query) -> Group {
        Group {
            find: Some(query),
            without: Vec::new(),
        }
    }

    /// Whether nothing was said.
    pub(crate) fn is_empty(&self) -> bool {
        self.find.is_none() && self.without.is_empty()
    }

    /// The opposite. What was to be left out is now to be found, any of it.
    pub(crate) fn denied(self) -> Group {
        Group {
            find: either(self.without),
            without: self.find.into_iter().collect(),
        }
    }

    /// As one query; `None` when there is nothing to find.
    pub(crate) fn into_query(self) -> Option<Query> {
        let find = self.find?;
        let mut parts = vec![find];
        parts.extend(self.without.into_iter().map(deny));
        Some(any(parts))
    }
}

#[derive(Debug)]
enum Item {
    Find(Query),
    Without(Query),
}

/// The parts read so far between two brackets.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    /// Stretches that `或` separates.
    alternatives: Vec<Vec<Item>>,
    /// The present stretch.
    stretch: Vec<Item>,
    /// Its last parts, joined by `与`.
    chain: Vec<Item>,
    /// Operators that joined nothing, to be searched as text.
    beside: Vec<Item>,
    /// The `And` or `Or` that waits for its right side, as typed.
    waiting: Option<(Operator, String)>,
}

impl Sequence {
    /// Whether an operator would have a left side.
    pub(crate) fn has_left(&self) -> bool {
        !self.chain.is_empty()
    }

    /// An operator; hands back one that waited in vain.
    #[must_use]
    pub(crate) fn join(&mut self, join: Operator, word: String) -> Option<String> {
        self.waiting.replace((join, word)).map(|(_, word)| word)
    }

    /// The operator that waits, taken out.
    pub(crate) fn take_waiting(&mut self) -> Option<String> {
        self.waiting.take().map(|(_, word)| word)
    }

    /// The next part.
    pub(crate) fn push(&mut self, group: Group) {
        let denied = group.without.into_iter().map(Item::Without);
        match self.waiting.take() {
            Some((Operator::And, _)) => {
                self.chain.extend(group.find.map(Item::Find));
                self.chain.extend(denied);
                return;
            }
            Some(_) => self.end_stretch(),
            None => self.end_chain(),
        }
        match group.find {
            Some(find) => {
                self.stretch.extend(denied);
                self.chain.push(Item::Find(find));
            }
            None => self.chain.extend(denied),
        }
    }

    /// Text that stands beside the others, and parts none of what is joined.
    pub(crate) fn push_text(&mut self, text: Query) {
        let list = if self.chain.is_empty() {
            &mut self.stretch
        } else {
            &mut self.beside
        };
        list.push(Item::Find(text));
    }

    fn end_chain(&mut self) {
        let chain = std::mem::take(&mut self.chain);
        if chain.len() > 1 && chain.iter().any(|item| matches!(item, Item::Find(_))) {
            self.stretch
                .push(Item::Find(and(chain.into_iter().map(query_of).collect())));
        } else {
            self.stretch.extend(chain);
        }
    }

    fn end_stretch(&mut self) {
        self.end_chain();
        let mut stretch = std::mem::take(&mut self.stretch);
        stretch.append(&mut self.beside);
        if !stretch.is_empty() {
            self.alternatives.push(stretch);
        }
    }

    /// What the whole says, and whether an exclusion stood beside `或`: a
    /// search for everything that lacks a word is none, so it is left out of
    /// the whole.
    pub(crate) fn finish(mut self) -> (Group, bool) {
        self.end_stretch();
        let joined = self.alternatives.len() > 1;
        let mut choices = Vec::new();
        let mut without = Vec::new();
        for stretch in self.alternatives {
            if stretch.iter().any(|item| matches!(item, Item::Find(_))) {
                choices.push(any(stretch.into_iter().map(query_of).collect()));
            } else {
                without.extend(stretch.into_iter().map(|item| match item {
                    Item::Find(query) | Item::Without(query) => query,
                }));
            }
        }
        let odd = joined && !without.is_empty();
        (
            Group {
                find: either(choices),
                without,
            },
            odd,
        )
    }
}

fn query_of(item: Item) -> Query {
    match item {
        Item::Find(query) => query,
        Item::Without(query) => deny(query),
    }
}

fn deny(query: Query) -> Query {
    Query::Not(Box::new(query))
}

/// Parts side by side; a list inside the list is no other thing.
pub(crate) fn any(parts: Vec<Query>) -> Query {
    gather(parts, Query::Any, |part| match part {
        Query::Any(parts) => Ok(parts),
        other => Err(other),
    })
}

/// Parts that must all match.
pub(crate) fn and(parts: Vec<Query>) -> Query {
    gather(parts, Query::And, |part| match part {
        Query::And(parts) => Ok(parts),
        other => Err(other),
    })
}

/// Parts of which one will do.
pub(crate) fn or(parts: Vec<Query>) -> Query {
    gather(parts, Query::Or, |part| match part {
        Query::Or(parts) => Ok(parts),
        other => Err(other),
    })
}

/// One of them; `None` of none.
pub(crate) fn either(parts: Vec<Query>) -> Option<Query> {
    (!parts.is_empty()).then(|| or(parts))
}

fn gather(
    parts: Vec<Query>,
    list: fn(Vec<Query>) -> Query,
    open: fn(Query) -> Result<Vec<Query>, Query>,
) -> Query {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match open(part) {
            Ok(inner) => flat.extend(inner),
            Err(part) => flat.push(part),
        }
    }
    match flat.len() {
        1 => flat.swap_remove(0),
        _ => list(flat),
    }
}
