//! Words as a tree of characters that is read where it lies in the program: `build.rs`
//! makes it, and nothing is loaded.
//!
//! A double array (Aoe 1989): the child of a node by the code of a character is the cell
//! `base ^ code`, if that names the node as its parent.
//!
//! ```text
//! cell  value (0: no word ends here) · base of the children · cell of the parent
//! ```
//!
//! A cell is a u64, its lowest bits first: so many of a value as the tree says, and twice
//! [`CELL_BITS`].

/// Bits of the number of a cell.
pub const CELL_BITS: u32 = 20;

/// A tree whose values have so many bits.
pub struct Trie<const VALUE_BITS: u32> {
    cells: &'static [[u8; 8]],
}

/// A node: what its own characters spell is, or begins, a word.
#[derive(Debug, Clone, Copy)]
pub struct Node<const VALUE_BITS: u32> {
    cell: u32,
    bits: u64,
}

impl<const VALUE_BITS: u32> Trie<VALUE_BITS> {
    /// The tree of these cells.
    pub const fn new(cells: &'static [u8]) -> Self {
        Trie {
            cells: cells.as_chunks().0,
        }
    }

    /// The node with one more character; `None` when nothing goes on so.
    #[inline]
    pub fn child(&self, node: Node<VALUE_BITS>, code: u16) -> Option<Node<VALUE_BITS>> {
        self.at(node.base() ^ u32::from(code))
            .filter(|child| child.parent() == node.cell)
    }

    /// The codes that spell the word of a node's [`Node::number`]; nothing where none ends.
    pub fn spell(&self, number: u32) -> Vec<u16> {
        let mut codes = Vec::new();
        let mut node = self.at(number).filter(|node| node.value() != 0);
        while let Some(here) = node.filter(|node| node.cell != 0) {
            node = self.at(here.parent());
            codes.push((here.cell ^ node.map_or(0, Node::base)) as u16);
        }
        codes.reverse();
        codes
    }

    /// What lies in a cell, be it a node or nothing.
    #[inline]
    fn at(&self, cell: u32) -> Option<Node<VALUE_BITS>> {
        let bits = u64::from_le_bytes(*self.cells.get(cell as usize)?);
        Some(Node { cell, bits })
    }
}

impl<const VALUE_BITS: u32> Node<VALUE_BITS> {
    /// The node of no characters.
    pub const ROOT: Self = Node { cell: 0, bits: 0 };

    /// The value of the word that ends here; 0 when this is no word.
    #[inline]
    pub fn value(self) -> u32 {
        self.bits as u32 & ((1 << VALUE_BITS) - 1)
    }

    /// Its own number, below the number of cells; 0 for the first alone.
    #[inline]
    pub fn number(self) -> u32 {
        self.cell
    }

    /// Whether nothing goes on from here.
    #[inline]
    pub fn is_leaf(self) -> bool {
        self.base() == 0 && self.cell != 0
    }

    #[inline]
    fn base(self) -> u32 {
        (self.bits >> VALUE_BITS) as u32 & ((1 << CELL_BITS) - 1)
    }

    #[inline]
    fn parent(self) -> u32 {
        (self.bits >> (VALUE_BITS + CELL_BITS)) as u32
    }
}
