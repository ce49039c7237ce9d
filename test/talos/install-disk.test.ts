import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MachineDisk } from '../../scripts/talos/answers.ts';
import { fittingDisks, installDisk, installDiskFinding, type InstallDisk } from '../../scripts/talos/install-disk.ts';

const disk = (path: string, more: Partial<MachineDisk> = {}): MachineDisk => ({
  ...{ path, links: [], bytes: 32e9, size: '32 GB', model: '', serial: '', wwid: '', transport: 'virtio' },
  isRotational: false,
  ...more,
});

const SDA = disk('/dev/sda', {
  isRotational: true,
  transport: 'sata',
  model: 'WDC WD40',
  serial: 'WX1',
  wwid: 'naa.50',
});
const NVME = disk('/dev/nvme0n1', {
  ...{ transport: 'nvme', model: 'WDC SN7', serial: 'S4E1' },
  bytes: 1e12,
  size: '1.0 TB',
});
const CARD = disk('/dev/mmcblk0', {
  transport: 'mmc',
  links: ['/dev/disk/by-id/mmc-x'],
});
const MIRROR = disk('/dev/dm-0', { transport: '' });

const DISKS = [MIRROR, CARD, NVME, SDA];
const fitting = (wanted: InstallDisk | null): readonly string[] => fittingDisks(wanted, DISKS).map(({ path }) => path);

describe('the disk that Talos is installed on', () => {
  test.each<[InstallDisk, readonly string[]]>([
    ['/dev/sda', ['/dev/sda']],
    ['/dev/sd', []],
    ['/dev/disk/by-id/mmc-x', ['/dev/mmcblk0']],
    [{ serial: 'S4E1' }, ['/dev/nvme0n1']],
    [{ serial: 'S4E' }, []],
    [{ serial: 's4e1' }, []],
    [{ serial: 'S*1' }, ['/dev/nvme0n1']],
    [{ model: 'WDC*' }, ['/dev/nvme0n1', '/dev/sda']],
    [{ model: 'WDC*', type: 'hdd' }, ['/dev/sda']],
    [{ model: 'WDC.*' }, []],
    [{ wwid: 'naa.*' }, ['/dev/sda']],
    [{ wwid: 'naa_*' }, []],
    [{ type: 'nvme' }, ['/dev/nvme0n1']],
    [{ type: 'sd' }, ['/dev/mmcblk0']],
    [{ type: 'ssd' }, ['/dev/mmcblk0', '/dev/nvme0n1']],
    [{ serial: '*' }, ['/dev/mmcblk0', '/dev/nvme0n1', '/dev/sda']],
    [{ size: '32GB' }, ['/dev/mmcblk0', '/dev/sda']],
    [{ size: '== 1TB' }, ['/dev/nvme0n1']],
    [{ size: '>= 1TB' }, ['/dev/nvme0n1']],
    [{ size: '> 1TB' }, []],
    [{ size: '<1TB' }, ['/dev/mmcblk0', '/dev/sda']],
    [{ size: '<= 30GiB' }, ['/dev/mmcblk0', '/dev/sda']],
    [{ size: '<= 29GiB' }, []],
  ])('%j: %j', (wanted, expected) => expect(fitting(wanted)).toEqual(expected));

  test('a pattern fits each text that fills its gaps, and without * that text alone', () => {
    const isLike = (serial: string, told: string): boolean =>
      fittingDisks({ serial }, [disk('/dev/sda', { serial: told })]).length === 1;
    const text = fc.string();
    const plain = fc.string({ minLength: 1 }).map((one) => one.replaceAll('*', '.'));
    const filled = fc.array(fc.tuple(plain, text), { minLength: 1 });
    fc.assert(
      fc.property(filled, plain, (pairs, last) => {
        const pieces = [...pairs.map(([piece]) => piece), last];
        return isLike(pieces.join('*'), pairs.flat().join('') + last);
      }),
    );
    fc.assert(fc.property(plain, text, (pattern, told) => isLike(pattern, told) === (pattern === told)));
    fc.assert(fc.property(plain, text, (start, told) => isLike(`${start}*`, told) === told.startsWith(start)));
    fc.assert(fc.property(plain, text, (end, told) => isLike(`*${end}`, told) === told.endsWith(end)));
  });

  test('a size is held against as many bytes as its unit says, by the comparison', () => {
    const units = { MB: 1e6, GB: 1e9, TB: 1e12, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };
    const some = fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.constantFrom('MB', 'GB', 'TB', 'MiB', 'GiB', 'TiB'));
    const fits = (size: string, bytes: number): boolean =>
      fittingDisks({ size }, [disk('/dev/sda', { bytes })]).length > 0;
    fc.assert(
      fc.property(some, fc.integer({ min: -1, max: 1 }), ([count, unit], difference) => {
        const bytes = count * units[unit] + difference;
        const found = ['<', '<=', '', '== ', '>= ', '>'].map((operator) => fits(`${operator}${count}${unit}`, bytes));
        expect(found).toEqual([
          difference < 0,
          difference <= 0,
          difference === 0,
          difference === 0,
          difference >= 0,
          difference > 0,
        ]);
      }),
    );
  });

  test('what talos/cluster.yaml says of it', () => {
    expect(installDisk('/dev/sda', undefined)).toBe('/dev/sda');
    expect(installDisk(null, { serial: 'x', size: '>= 1GB', colour: 'red' })).toEqual({ serial: 'x', size: '>= 1GB' });
    expect([installDisk(null, undefined), installDisk('', {}), installDisk(null, 'x')]).toEqual([null, null, null]);
  });

  test('nothing is found where one fits, where none is known, and where other names are not told', () => {
    expect(installDiskFinding('/dev/sda', DISKS)).toBeNull();
    expect(installDiskFinding(null, DISKS)).toBeNull();
    expect(installDiskFinding({ type: 'ssd' }, [])).toBeNull();
    expect(installDiskFinding('/dev/disk/by-id/ata-x', [SDA, NVME])).toBeNull();
  });

  test('a disk that is missing, and two that fit, are told with what was asked for', () => {
    expect(installDiskFinding('/dev/disk/by-id/ata-x', [SDA, CARD])).toMatchObject({
      code: 'talos-disk-missing',
      message: 'has no disk /dev/disk/by-id/ata-x to install Talos on; it has /dev/sda (32 GB), /dev/mmcblk0 (32 GB)',
    });
    expect(installDiskFinding({ serial: 'S9*', type: 'nvme' }, [SDA, CARD])).toMatchObject({
      severity: 'error',
      message:
        'has no disk with serial S9*, type nvme to install Talos on; it has /dev/sda (32 GB, serial WX1, hdd), /dev/mmcblk0 (32 GB, serial unknown, sd)',
    });
    expect(installDiskFinding({ model: 'WDC*' }, DISKS)).toMatchObject({
      code: 'talos-disk-ambiguous',
      severity: 'warning',
      message:
        'has 2 disks with model WDC*, and Talos takes the first: /dev/nvme0n1 (1.0 TB, model WDC SN7), /dev/sda (32 GB, model WDC WD40)',
    });
  });
});
