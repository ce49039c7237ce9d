/**
 * What of Talos's API is spoken here, as data, and what of others comes along. Facts from the `.proto` files of Talos v1.13.0 and of the COSI runtime v1.14.1;
 * fields that nobody here sets or reads are left out, which Protocol Buffers allow.
 */
import type { GrpcObject, ServiceClientConstructor, ServiceDefinition } from '@grpc/grpc-js';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { fromJSON, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader';

/** `type name number` of each field; `[]` repeats it, `{}` makes it a map from text. */
const MESSAGES: Readonly<Record<string, string>> = {
  'google.protobuf.Empty': '',
  'google.protobuf.Any': 'string typeUrl 1, bytes value 2',
  'google.protobuf.Duration': 'int64 seconds 1, int32 nanos 2',
  'google.protobuf.Timestamp': 'int64 seconds 1, int32 nanos 2',
  'google.rpc.Status': 'int32 code 1, string message 2',

  'common.Metadata': 'string hostname 1, string error 2, google.rpc.Status status 3',
  'common.Data': 'common.Metadata metadata 1, bytes bytes 2',

  'machine.ApplyConfigurationRequest':
    'bytes data 1, machine.ApplyMode mode 4, bool dryRun 5, google.protobuf.Duration tryModeTimeout 6',
  'machine.ApplyConfiguration':
    'common.Metadata metadata 1, string[] warnings 2, machine.ApplyMode mode 3, string modeDetails 4',
  'machine.ApplyConfigurationResponse': 'machine.ApplyConfiguration[] messages 1',
  'machine.BootstrapRequest': 'bool recoverEtcd 1',
  'machine.Bootstrap': 'common.Metadata metadata 1',
  'machine.BootstrapResponse': 'machine.Bootstrap[] messages 1',
  'machine.VersionInfo': 'string tag 1, string sha 2, string built 3, string goVersion 4, string os 5, string arch 6',
  'machine.PlatformInfo': 'string name 1, string mode 2',
  'machine.FeaturesInfo': 'bool rbac 1',
  'machine.Version':
    'common.Metadata metadata 1, machine.VersionInfo version 2, machine.PlatformInfo platform 3, machine.FeaturesInfo features 4',
  'machine.VersionResponse': 'machine.Version[] messages 1',
  'machine.Hostname': 'common.Metadata metadata 1, string hostname 2',
  'machine.HostnameResponse': 'machine.Hostname[] messages 1',
  'machine.ReadRequest': 'string path 1',
  'machine.ListRequest': 'string root 1, bool recurse 2, int32 recursionDepth 3',
  'machine.FileInfo': 'common.Metadata metadata 1, string name 2, bool isDir 6, string relativeName 9',

  'machine.EtcdMemberListRequest': 'bool queryLocal 1',
  'machine.EtcdMember': 'uint64 id 2, string hostname 3, string[] peerUrls 4, string[] clientUrls 5, bool isLearner 6',
  'machine.EtcdMembers': 'common.Metadata metadata 1, string[] legacyMembers 2, machine.EtcdMember[] members 3',
  'machine.EtcdMemberListResponse': 'machine.EtcdMembers[] messages 1',
  'machine.EtcdRemoveMemberByIDRequest': 'uint64 memberId 1',
  'machine.EtcdLeaveClusterRequest': '',
  'machine.EtcdForfeitLeadershipRequest': '',
  'machine.EtcdMemberStatus':
    'string protocolVersion 1, int64 dbSize 2, int64 dbSizeInUse 3, uint64 leader 4, uint64 raftIndex 5, uint64 raftTerm 6, uint64 raftAppliedIndex 7, string[] errors 8, bool isLearner 9, uint64 memberId 10, string storageVersion 11',
  'machine.EtcdStatus': 'common.Metadata metadata 1, machine.EtcdMemberStatus memberStatus 2',
  'machine.EtcdStatusResponse': 'machine.EtcdStatus[] messages 1',
  'machine.Done': 'common.Metadata metadata 1',
  'machine.DoneResponse': 'machine.Done[] messages 1',

  'machine.ServiceEvent': 'string msg 1, string state 2, google.protobuf.Timestamp ts 3',
  'machine.ServiceEvents': 'machine.ServiceEvent[] events 1',
  'machine.ServiceHealth':
    'bool unknown 1, bool healthy 2, string lastMessage 3, google.protobuf.Timestamp lastChange 4',
  'machine.ServiceInfo': 'string id 1, string state 2, machine.ServiceEvents events 3, machine.ServiceHealth health 4',
  'machine.ServiceList': 'common.Metadata metadata 1, machine.ServiceInfo[] services 2',
  'machine.ServiceListResponse': 'machine.ServiceList[] messages 1',

  'machine.RebootRequest': 'int32 mode 1',
  'machine.ShutdownRequest': 'bool force 1',
  'machine.ResetPartitionSpec': 'string label 1, bool wipe 2',
  'machine.ResetRequest':
    'bool graceful 1, bool reboot 2, machine.ResetPartitionSpec[] systemPartitionsToWipe 3, string[] userDisksToWipe 4, int32 mode 5',
  'machine.Acted': 'common.Metadata metadata 1, string actorId 2',
  'machine.ActedResponse': 'machine.Acted[] messages 1',
  'machine.UpgradeRequest': 'string image 1, bool preserve 2, bool stage 3, bool force 4',
  'machine.Upgrade': 'common.Metadata metadata 1, string ack 2, string actorId 3',
  'machine.UpgradeResponse': 'machine.Upgrade[] messages 1',
  'machine.ImagePullRequest': 'int32 namespace 1, string reference 2',

  'machine.EventsRequest': 'int32 tailEvents 1, string tailId 2, int32 tailSeconds 3, string withActorId 4',
  'machine.Event': 'common.Metadata metadata 1, google.protobuf.Any data 2, string id 3, string actorId 4',
  'common.Error': 'int32 code 1, string message 2',
  'machine.SequenceEvent': 'string sequence 1, int32 action 2, common.Error error 3',
  'machine.PhaseEvent': 'string phase 1, int32 action 2',
  'machine.TaskEvent': 'string task 1, int32 action 2',
  'machine.UnmetCondition': 'string name 1, string reason 2',
  'machine.MachineStatus': 'bool ready 1, machine.UnmetCondition[] unmetConditions 2',
  'machine.MachineStatusEvent': 'machine.MachineStage stage 1, machine.MachineStatus status 2',

  'machine.ImageServicePullRequest': 'string imageRef 3',
  'machine.ImageServicePullLayerProgress':
    'int32 status 1, google.protobuf.Duration elapsed 2, int64 offset 3, int64 total 4',
  'machine.ImageServicePullProgress': 'string layerId 1, machine.ImageServicePullLayerProgress progress 2',
  'machine.ImageServicePullResponse': 'string name 1, machine.ImageServicePullProgress pullProgress 2',
  'machine.InstallArtifactsSource': 'string imageName 1',
  'machine.LifecycleServiceUpgradeRequest': 'machine.InstallArtifactsSource source 2',
  'machine.LifecycleServiceInstallProgress': 'string message 1, int32 exitCode 2',
  'machine.LifecycleServiceUpgradeResponse': 'machine.LifecycleServiceInstallProgress progress 1',

  'cluster.ClusterInfo': 'string[] controlPlaneNodes 1, string[] workerNodes 2, string forceEndpoint 3',
  'cluster.HealthCheckRequest': 'google.protobuf.Duration waitTimeout 1, cluster.ClusterInfo clusterInfo 2',
  'cluster.HealthCheckProgress': 'common.Metadata metadata 1, string message 2',

  'storage.Disk': 'uint64 size 1, string model 2, string deviceName 3, string name 4, string serial 5',
  'storage.Disks': 'common.Metadata metadata 1, storage.Disk[] disks 2',
  'storage.DisksResponse': 'storage.Disks[] messages 1',

  'cosi.resource.Metadata':
    'string namespace 1, string type 2, string id 3, string version 4, string owner 5, string phase 6, google.protobuf.Timestamp created 7, google.protobuf.Timestamp updated 8, string{} annotations 11',
  'cosi.resource.Spec': 'bytes protoSpec 1, string yamlSpec 2',
  'cosi.resource.Resource': 'cosi.resource.Metadata metadata 1, cosi.resource.Spec spec 2',
  'cosi.resource.GetRequest': 'string namespace 1, string type 2, string id 3',
  'cosi.resource.GetResponse': 'cosi.resource.Resource resource 1',
  'cosi.resource.ListRequest': 'string namespace 1, string type 2',
  'cosi.resource.ListResponse': 'cosi.resource.Resource resource 1',
  'cosi.resource.WatchOptions': 'bool bootstrapContents 1, int32 tailEvents 2, bool aggregated 5',
  'cosi.resource.WatchRequest':
    'string namespace 1, string type 2, string id 3, cosi.resource.WatchOptions options 4, int32 apiVersion 5',
  'cosi.resource.Event': 'cosi.resource.Resource resource 1, int32 eventType 2, cosi.resource.Resource old 3',
  'cosi.resource.WatchResponse': 'cosi.resource.Event[] event 1',
  'cosi.resource.meta.PrintColumn': 'string name 1, string jsonPath 2',
  'cosi.resource.meta.ResourceDefinitionSpec':
    'string resourceType 1, string displayType 2, string defaultNamespace 3, string[] aliases 4, string[] allAliases 5, cosi.resource.meta.PrintColumn[] printColumns 6, int32 sensitivity 7',

  // What a client of Kubernetes sends where it prefers Protocol Buffers to JSON: k8s.io/apimachinery, k8s.io/api/core/v1.
  'k8s.Unknown': 'bytes raw 2',
  'k8s.ObjectMeta': 'string name 1, string namespace 3, string{} labels 11, string{} annotations 12',
  'k8s.ConfigMap': 'k8s.ObjectMeta metadata 1, string{} data 2',

  'spec.Nodename': 'string nodename 1, string hostnameVersion 2',
  'spec.MachineConfig': 'bytes yamlMarshalled 1',
  'spec.Service': 'bool running 1, bool healthy 2, bool unknown 3',
  'spec.KubeletSpec': 'string image 1, string[] args 2, string expectedNodename 4',
  'spec.APIServerConfig': 'string image 1',
  'spec.ControllerManagerConfig': 'bool enabled 1, string image 2',
  'spec.SchedulerConfig': 'bool enabled 1, string image 2',
};

/** Their values, from 0. */
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  'machine.ApplyMode': ['REBOOT', 'AUTO', 'NO_REBOOT', 'STAGED', 'TRY'],
  'machine.MachineStage': [
    'UNKNOWN',
    'BOOTING',
    'INSTALLING',
    'MAINTENANCE',
    'RUNNING',
    'REBOOTING',
    'SHUTTING_DOWN',
    'RESETTING',
    'UPGRADING',
  ],
};

const EMPTY = 'google.protobuf.Empty';

/** What is asked, and what is answered; `stream` where there may be many answers. */
const METHODS: Readonly<Record<string, readonly [string, string, 'stream'?]>> = {
  'machine.MachineService/ApplyConfiguration': [
    'machine.ApplyConfigurationRequest',
    'machine.ApplyConfigurationResponse',
  ],
  'machine.MachineService/Bootstrap': ['machine.BootstrapRequest', 'machine.BootstrapResponse'],
  'machine.MachineService/Version': [EMPTY, 'machine.VersionResponse'],
  'machine.MachineService/Hostname': [EMPTY, 'machine.HostnameResponse'],
  'machine.MachineService/Read': ['machine.ReadRequest', 'common.Data', 'stream'],
  'machine.MachineService/List': ['machine.ListRequest', 'machine.FileInfo', 'stream'],
  'machine.MachineService/Kubeconfig': [EMPTY, 'common.Data', 'stream'],
  'machine.MachineService/EtcdMemberList': ['machine.EtcdMemberListRequest', 'machine.EtcdMemberListResponse'],
  'machine.MachineService/EtcdStatus': [EMPTY, 'machine.EtcdStatusResponse'],
  'machine.MachineService/EtcdRemoveMemberByID': ['machine.EtcdRemoveMemberByIDRequest', 'machine.DoneResponse'],
  'machine.MachineService/EtcdLeaveCluster': ['machine.EtcdLeaveClusterRequest', 'machine.DoneResponse'],
  'machine.MachineService/EtcdForfeitLeadership': ['machine.EtcdForfeitLeadershipRequest', 'machine.DoneResponse'],
  'machine.MachineService/ServiceList': [EMPTY, 'machine.ServiceListResponse'],
  'machine.MachineService/Events': ['machine.EventsRequest', 'machine.Event', 'stream'],
  'machine.MachineService/Reboot': ['machine.RebootRequest', 'machine.ActedResponse'],
  'machine.MachineService/Shutdown': ['machine.ShutdownRequest', 'machine.ActedResponse'],
  'machine.MachineService/Reset': ['machine.ResetRequest', 'machine.ActedResponse'],
  'machine.MachineService/Upgrade': ['machine.UpgradeRequest', 'machine.UpgradeResponse'],
  'machine.MachineService/ImagePull': ['machine.ImagePullRequest', 'machine.DoneResponse'],
  'machine.ImageService/Pull': ['machine.ImageServicePullRequest', 'machine.ImageServicePullResponse', 'stream'],
  'machine.LifecycleService/Upgrade': [
    'machine.LifecycleServiceUpgradeRequest',
    'machine.LifecycleServiceUpgradeResponse',
    'stream',
  ],
  'cluster.ClusterService/HealthCheck': ['cluster.HealthCheckRequest', 'cluster.HealthCheckProgress', 'stream'],
  'storage.StorageService/Disks': [EMPTY, 'storage.DisksResponse'],
  'cosi.resource.State/Get': ['cosi.resource.GetRequest', 'cosi.resource.GetResponse'],
  'cosi.resource.State/List': ['cosi.resource.ListRequest', 'cosi.resource.ListResponse', 'stream'],
  'cosi.resource.State/Watch': ['cosi.resource.WatchRequest', 'cosi.resource.WatchResponse', 'stream'],
};

type Json = Record<string, unknown>;

/** The place of `a.b.C` in a tree of namespaces. */
function placeOf(root: Json, name: string): Json {
  let place = root;
  for (const part of name.split('.')) {
    place['nested'] ??= {};
    const nested = place['nested'] as Record<string, Json>;
    place = nested[part] ??= {};
  }
  return place;
}

function fieldsOf(text: string): Json {
  const rows = text.split(', ').filter((row) => row !== '');
  return Object.fromEntries(
    rows.map((row) => {
      const [type = '', name = '', id] = row.split(' ');
      const repeated = type.endsWith('[]') ? { rule: 'repeated' } : {};
      const map = type.endsWith('{}') ? { keyType: 'string' } : {};
      return [name, { type: type.replace(/[[{][\]}]$/, ''), id: Number(id), ...repeated, ...map }];
    }),
  );
}

/** The tables in the form that protobuf.js reads. */
function schema(): Json {
  const root: Json = {};
  for (const [name, fields] of Object.entries(MESSAGES)) placeOf(root, name)['fields'] = fieldsOf(fields);
  for (const [name, values] of Object.entries(ENUMS))
    placeOf(root, name)['values'] = Object.fromEntries(values.map((value, number) => [value, number]));
  for (const [path, [requestType, responseType, stream]] of Object.entries(METHODS)) {
    const [service = '', method = ''] = path.split('/');
    const place = placeOf(root, service);
    place['methods'] = {
      ...(place['methods'] as Json | undefined),
      [method]: { requestType, responseType, responseStream: stream !== undefined },
    };
  }
  return root;
}

const DEFINITION: PackageDefinition = fromJSON(schema(), {
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
  arrays: true,
});

/** A message as its bytes. */
export function encode(type: string, value: object): Buffer {
  const definition = DEFINITION[type] as MessageTypeDefinition<object, object>;
  return definition.serialize(value);
}

/** Bytes as their message. */
export function decode(type: string, bytes: Buffer): object {
  const definition = DEFINITION[type] as MessageTypeDefinition<object, object>;
  return definition.deserialize(bytes);
}

/** Every service that some method belongs to, for a server or a client. */
export function services(): readonly ServiceDefinition[] {
  const names = new Set(Object.keys(METHODS).map((path) => path.split('/')[0] ?? ''));
  const objects = loadPackageDefinition(DEFINITION);
  return [...names].map((name) => serviceAt(objects, name).service);
}

const serviceAt = (objects: GrpcObject, name: string): ServiceClientConstructor =>
  name
    .split('.')
    .reduce<GrpcObject[string]>(
      (place, part) => (place as GrpcObject)[part] as GrpcObject,
      objects,
    ) as ServiceClientConstructor;
