//! What a witness may break, each with the control that demands the opposite.

/// What a witness breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Break {
    /// Nothing: it must get in, or what is said of the others proves nothing.
    Nothing,
    /// A container has all rights of the node.
    Privileged,
    /// The pod is in the node's network.
    HostNetwork,
    /// It sees the node's processes.
    HostPid,
    /// It shares the node's memory segments and queues.
    HostIpc,
    /// It mounts a directory of the node.
    HostPath,
    /// A container has capabilities that are as good as all rights.
    Capabilities,
    /// A container may gain more rights than its parent process.
    Escalation,
    /// A container may run as root.
    Root,
    /// A container may take all memory or processors of the node.
    Limits,
    /// Its image is from a registry that nobody named.
    Registry,
    /// Its image is signed by nobody.
    Signature,
    /// Its image is signed, and nobody attests that it was looked through and found good.
    Attestation,
}

impl Break {
    /// Ways to the node.
    pub const NODE: [Self; 6] = [Self::Privileged, Self::HostNetwork, Self::HostPid, Self::HostIpc, Self::HostPath, Self::Capabilities];

    /// Its word in tables.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Privileged => "privileged",
            Self::HostNetwork => "host-network",
            Self::HostPid => "host-pid",
            Self::HostIpc => "host-ipc",
            Self::HostPath => "host-path",
            Self::Capabilities => "capabilities",
            Self::Escalation => "privilege-escalation",
            Self::Root => "root",
            Self::Limits => "limits",
            Self::Registry => "registry",
            Self::Signature => "signature",
            Self::Attestation => "attestation",
        }
    }

    /// The control that demands the opposite; "" for a clean witness.
    #[must_use]
    pub const fn control(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Privileged
            | Self::HostNetwork
            | Self::HostPid
            | Self::HostIpc
            | Self::HostPath
            | Self::Capabilities
            | Self::Escalation => "3.1",
            Self::Root => "12.3",
            Self::Limits => "11.1",
            Self::Registry => "3.3",
            Self::Signature => "13.4",
            Self::Attestation => "13.3",
        }
    }

    /// What is demanded instead, for people: `no privileged containers`.
    #[must_use]
    pub const fn demanded(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Privileged => "no privileged containers",
            Self::HostNetwork => "no use of the node's network",
            Self::HostPid => "no view of the node's processes",
            Self::HostIpc => "no use of the node's shared memory",
            Self::HostPath => "no directories of the node",
            Self::Capabilities => "no capabilities that are as good as all rights",
            Self::Escalation => "no gain of rights",
            Self::Root => "no root in containers",
            Self::Limits => "limits on memory and processors",
            Self::Registry => "images of named registries alone",
            Self::Signature => "images with a good signature alone",
            Self::Attestation => "images that were looked through alone",
        }
    }
}
