//! Scenarios and cases: what is to be sent to one operation, as data.

/// What is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Nothing more: the exchanges that seeded the target, for one resource, and what is created twice.
    Create {
        /// The resource.
        resource: String,
    },
    /// Whole walks in one order, with many page sizes, over every seeded scope.
    Walk {
        /// The collection.
        collection: String,
        /// An index into the collection's orders.
        order: usize,
    },
    /// Single pages: past the end, defaults, random access, repetition.
    Pages {
        /// The collection.
        collection: String,
    },
    /// Pages bounded by a cursor that stands at a known record, on one side and on both.
    Bounds {
        /// The collection.
        collection: String,
    },
    /// The tokens that pages give: again, with another size, backwards, damaged, and in lists and with arguments that they are not for.
    Tokens {
        /// The collection.
        collection: String,
    },
    /// The links that pages give, to the first and the last page, back, and to themselves.
    Links {
        /// The collection.
        collection: String,
    },
    /// One filter with every seeded value, alone and with paging, and one impossible value.
    Filter {
        /// The collection.
        collection: String,
        /// The filter.
        filter: String,
    },
    /// Two filters together.
    FilterPair {
        /// The collection.
        collection: String,
        /// One filter.
        first: String,
        /// The other.
        second: String,
    },
    /// Filters joined by "all", "any" and "none", with values that tell one reading from another.
    Combination {
        /// The collection.
        collection: String,
        /// The combination.
        combination: String,
    },
    /// Lists under parents that do not exist.
    UnknownParent {
        /// The collection.
        collection: String,
    },
    /// Every seeded record of a resource is fetched.
    Fetch {
        /// The resource.
        resource: String,
    },
    /// Records that do not exist, and records through parents that are not theirs.
    FetchElsewhere {
        /// The resource.
        resource: String,
    },
    /// A field of a record of its own is replaced.
    Update {
        /// The resource.
        resource: String,
    },
    /// A record of its own is deleted.
    Delete {
        /// The resource.
        resource: String,
    },
    /// Parameters at both sides of every bound.
    Parameters,
    /// Content at both sides of every bound, and content that is no JSON.
    Content,
    /// Methods that the document does not have on the path, and HEAD.
    Methods,
    /// What HTTP asks of any server, whatever the API: content negotiation, odd paths, large requests, a connection after a refusal.
    Http,
    /// No credentials, and wrong ones.
    Credentials,
    /// Several clients create at once.
    Together {
        /// The resource.
        resource: String,
    },
    /// What is ours, asked for in the name of another tenant.
    OtherTenant {
        /// The collection.
        collection: String,
    },
    /// What is ours, asked for by another user.
    OtherUser {
        /// The collection.
        collection: String,
    },
    /// A record with a short life is waited for.
    Expire {
        /// The resource.
        resource: String,
    },
}

/// The kinds of scenarios, for rules to name the ones whose evidence they judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is documented on the scenario of the same name")]
pub enum Kind {
    Create,
    Walk,
    Pages,
    Bounds,
    Tokens,
    Links,
    Filter,
    FilterPair,
    Combination,
    UnknownParent,
    Fetch,
    FetchElsewhere,
    Update,
    Delete,
    Parameters,
    Content,
    Methods,
    Http,
    Credentials,
    Together,
    OtherTenant,
    OtherUser,
    Expire,
}

impl Kind {
    /// All kinds.
    pub const ALL: &'static [Kind] = &[
        Kind::Create,
        Kind::Walk,
        Kind::Pages,
        Kind::Bounds,
        Kind::Tokens,
        Kind::Links,
        Kind::Filter,
        Kind::FilterPair,
        Kind::Combination,
        Kind::UnknownParent,
        Kind::Fetch,
        Kind::FetchElsewhere,
        Kind::Update,
        Kind::Delete,
        Kind::Parameters,
        Kind::Content,
        Kind::Methods,
        Kind::Http,
        Kind::Credentials,
        Kind::Together,
        Kind::OtherTenant,
        Kind::OtherUser,
        Kind::Expire,
    ];
    /// Those whose evidence is made of lists of an unchanging collection.
    pub const LISTS: &'static [Kind] = &[
        Kind::Walk,
        Kind::Pages,
        Kind::Bounds,
        Kind::Tokens,
        Kind::Links,
        Kind::Filter,
        Kind::FilterPair,
        Kind::Combination,
    ];
}

impl Scenario {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Create { .. } => Kind::Create,
            Self::Walk { .. } => Kind::Walk,
            Self::Pages { .. } => Kind::Pages,
            Self::Bounds { .. } => Kind::Bounds,
            Self::Tokens { .. } => Kind::Tokens,
            Self::Links { .. } => Kind::Links,
            Self::Filter { .. } => Kind::Filter,
            Self::FilterPair { .. } => Kind::FilterPair,
            Self::Combination { .. } => Kind::Combination,
            Self::UnknownParent { .. } => Kind::UnknownParent,
            Self::Fetch { .. } => Kind::Fetch,
            Self::FetchElsewhere { .. } => Kind::FetchElsewhere,
            Self::Update { .. } => Kind::Update,
            Self::Delete { .. } => Kind::Delete,
            Self::Parameters => Kind::Parameters,
            Self::Content => Kind::Content,
            Self::Methods => Kind::Methods,
            Self::Http => Kind::Http,
            Self::Credentials => Kind::Credentials,
            Self::Together { .. } => Kind::Together,
            Self::OtherTenant { .. } => Kind::OtherTenant,
            Self::OtherUser { .. } => Kind::OtherUser,
            Self::Expire { .. } => Kind::Expire,
        }
    }

    /// The collection it is about, if it is about one.
    pub fn collection(&self) -> Option<&str> {
        match self {
            Self::Walk { collection, .. }
            | Self::Pages { collection }
            | Self::Bounds { collection }
            | Self::Tokens { collection }
            | Self::Links { collection }
            | Self::Filter { collection, .. }
            | Self::FilterPair { collection, .. }
            | Self::Combination { collection, .. }
            | Self::OtherTenant { collection }
            | Self::OtherUser { collection }
            | Self::UnknownParent { collection } => Some(collection),
            _ => None,
        }
    }

    /// The resource it is about, if it is about one and not about a collection.
    pub fn resource(&self) -> Option<&str> {
        match self {
            Self::Create { resource }
            | Self::Fetch { resource }
            | Self::FetchElsewhere { resource }
            | Self::Update { resource }
            | Self::Delete { resource }
            | Self::Together { resource }
            | Self::Expire { resource } => Some(resource),
            _ => None,
        }
    }

    /// Whether it changes what other cases may be looking at, so that it runs after them, alone.
    pub fn writes(&self) -> bool {
        matches!(
            self.kind(),
            Kind::Credentials
                | Kind::Update
                | Kind::Delete
                | Kind::Content
                | Kind::Together
                | Kind::Parameters
                | Kind::Expire
        )
    }
}

/// One scenario on one operation: the unit of running, selecting and listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// A stable, readable id: `honcho::get_messages::walk`.
    pub id: String,
    /// The operation's short name.
    pub operation: String,
    /// What is to be sent.
    pub scenario: Scenario,
}
